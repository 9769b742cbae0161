package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gateway.Dialer;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Optional;

/// Connects to other nodes as this peer's settings say.
record NodeDialer(PeerSettings.Grpc settings) implements Dialer {
  @Override
  public ManagedChannel peer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    return dial(address, tlsRoots);
  }

  @Override
  public ManagedChannel orderer(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    return dial(address, tlsRoots);
  }

  private ManagedChannel dial(String address, List<ByteString> tlsRoots)
      throws TlsConfigurationException {
    Optional<ClientTls> tls =
        settings.tls()
            ? Optional.of(new ClientTls(tlsRoots, settings.clientKeyPair(), Optional.empty()))
            : Optional.empty();
    return GrpcClient.channel(address, tls);
  }
}
