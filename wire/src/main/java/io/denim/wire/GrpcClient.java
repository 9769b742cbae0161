package io.denim.wire;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Makes channels to other nodes with Fabric's limits and keepalive.
public final class GrpcClient {
  static {
    HostNames.register();
  }

  private GrpcClient() {}

  /// A channel that connects when first used and reconnects by itself.
  ///
  /// @param address `host:port`; calls to what is none end as `UNAVAILABLE`
  /// @param tls absent for plain text
  /// @param keepalive after how long without traffic the server is pinged
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public static ManagedChannel channel(String address, Optional<ClientTls> tls, Duration keepalive)
      throws TlsConfigurationException {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(HostNames.target(address))
            .maxInboundMessageSize(GrpcServer.MAX_MESSAGE_BYTES)
            .keepAliveTime(keepalive.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true);
    if (tls.isPresent()) {
      builder.sslContext(TlsContexts.client(tls.get()));
      tls.get().serverName().ifPresent(builder::overrideAuthority);
    } else {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    }
    return builder.build();
  }

  /// A channel with Fabric's keepalive of one minute.
  ///
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public static ManagedChannel channel(String address, Optional<ClientTls> tls)
      throws TlsConfigurationException {
    return channel(address, tls, Duration.ofMinutes(1));
  }
}
