package io.denim.wire;

import io.denim.metrics.Metrics;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A listening gRPC server with Fabric's limits and keepalive rules. Each call's callbacks run on
/// virtual threads, so a handler may block. Safe for use by any thread.
public final class GrpcServer implements AutoCloseable {
  /// The largest message that is taken or given, as in Fabric: 100 MiB.
  public static final int MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

  private static final int MAX_CALLS_PER_CONNECTION = 5_000;

  private final Server server;
  private final ExecutorService executor;
  private final @Nullable ReloadableSslContext sslContext;

  private GrpcServer(
      Server server, ExecutorService executor, @Nullable ReloadableSslContext sslContext) {
    this.server = server;
    this.executor = executor;
    this.sslContext = sslContext;
  }

  /// What a server is started with.
  ///
  /// @param listen where; port 0 takes a free one
  /// @param tls absent for plain text
  /// @param connectionTimeout how long a new connection may take to finish its handshake
  /// @param metrics that count connections, calls and messages, if somebody wants to know
  public record Settings(
      InetSocketAddress listen,
      Optional<ServerTls> tls,
      Duration connectionTimeout,
      Keepalive keepalive,
      int maxMessageBytes,
      Optional<Metrics> metrics) {
    /// Fabric's defaults.
    public static Settings of(InetSocketAddress listen, Optional<ServerTls> tls) {
      return new Settings(
          listen,
          tls,
          Duration.ofSeconds(5),
          Keepalive.DEFAULT,
          MAX_MESSAGE_BYTES,
          Optional.empty());
    }
  }

  /// How a server finds out that a silent client is gone.
  ///
  /// @param interval after how long without traffic a client is pinged
  /// @param timeout how long it may take to answer
  /// @param minClientInterval a client that pings at shorter intervals than this is cut off
  public record Keepalive(Duration interval, Duration timeout, Duration minClientInterval) {
    /// Fabric's defaults.
    public static final Keepalive DEFAULT =
        new Keepalive(Duration.ofHours(2), Duration.ofSeconds(20), Duration.ofMinutes(1));
  }

  /// Binds and serves.
  ///
  /// @param interceptors the first one sees a call first
  /// @throws IOException if the address cannot be bound; the message names it
  /// @throws TlsConfigurationException if the certificates or keys are not usable
  public static GrpcServer start(
      Settings settings, List<BindableService> services, List<ServerInterceptor> interceptors)
      throws IOException, TlsConfigurationException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(settings.listen())
            .maxInboundMessageSize(settings.maxMessageBytes())
            .addStreamTracerFactory(InboundBudget.customary(settings.maxMessageBytes()))
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .handshakeTimeout(settings.connectionTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(settings.keepalive().interval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepalive().timeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(
                settings.keepalive().minClientInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true);
    ReloadableSslContext sslContext = null;
    if (settings.tls().isPresent()) {
      sslContext = new ReloadableSslContext(TlsContexts.server(settings.tls().get()));
      builder.sslContext(sslContext);
    }
    services.forEach(
        service -> builder.addService(UnreadableMessages.answered(service.bindService())));
    interceptors.reversed().forEach(builder::intercept);
    builder.intercept(UnreadAnswers.customary(settings.maxMessageBytes()));
    if (settings.metrics().isPresent()) {
      GrpcMetrics counts = new GrpcMetrics(settings.metrics().get());
      builder.intercept(counts).addTransportFilter(counts);
    }
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    builder.executor(executor);
    try {
      return new GrpcServer(builder.build().start(), executor, sslContext);
    } catch (IOException e) {
      executor.close();
      throw new IOException("cannot listen on " + settings.listen() + ": " + rootMessage(e), e);
    }
  }

  /// The port that is listened on.
  public int port() {
    return server.getPort();
  }

  /// Uses other certificates, keys or client roots from the next handshake on.
  ///
  /// @throws TlsConfigurationException if they are not usable; the old ones stay
  /// @throws IllegalStateException if this server has no TLS
  public void reload(ServerTls tls) throws TlsConfigurationException {
    if (sslContext == null) {
      throw new IllegalStateException("this server listens without TLS");
    }
    sslContext.reload(TlsContexts.server(tls));
  }

  /// Refuses new calls, gives running ones a moment, then ends them.
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(500, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    executor.shutdown();
  }

  private static @Nullable String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }
}
