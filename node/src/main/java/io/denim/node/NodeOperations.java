package io.denim.node;

import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import io.denim.metrics.StatsdReporter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;

/// How operators look into a node: the operations service, the metrics of the process, and statsd
/// where it is asked for.
public final class NodeOperations implements AutoCloseable {
  private final Optional<OperationsServer> server;
  private final Optional<StatsdReporter> statsd;
  private final CertificateMonitor certificates;

  /// @param listener absent where the operations service is off
  public record Settings(Optional<Listener> listener, MetricsSettings metrics) {}

  /// What a node shows of itself.
  public record Subject(String version, Metrics metrics, Logging logging, InstantSource clock) {}

  private NodeOperations(
      Optional<OperationsServer> server,
      Optional<StatsdReporter> statsd,
      CertificateMonitor certificates) {
    this.server = server;
    this.statsd = statsd;
    this.certificates = certificates;
  }

  /// Starts what the settings ask for.
  ///
  /// @throws IOException if the address cannot be bound
  public static NodeOperations start(Settings settings, Subject subject) throws IOException {
    MetricsSettings.Provider provider = settings.metrics().provider();
    if (provider != MetricsSettings.Provider.DISABLED) {
      subject
          .metrics()
          .gauge(MetricName.of("fabric_version", "The active version of Fabric.", "version"))
          .series(subject.version())
          .set(1);
      ProcessMetrics.register(subject.metrics());
      subject.logging().count(subject.metrics());
    }
    Optional<OperationsServer> server = Optional.empty();
    if (settings.listener().isPresent()) {
      Listener listener = settings.listener().get();
      server =
          Optional.of(
              OperationsServer.start(
                  listener.address(),
                  listener.tls(),
                  new OperationsServer.Exposed(
                      subject.version(),
                      provider == MetricsSettings.Provider.PROMETHEUS
                          ? Optional.of(subject.metrics())
                          : Optional.empty(),
                      subject.logging())));
    }
    CertificateMonitor certificates = CertificateMonitor.start(subject.metrics(), subject.clock());
    if (server.isPresent() && settings.listener().isPresent()) {
      certificates.watch("operations TLS", settings.listener().get(), server.get()::reload);
    }
    return new NodeOperations(
        server,
        provider == MetricsSettings.Provider.STATSD
            ? Optional.of(StatsdReporter.start(subject.metrics(), settings.metrics().statsd()))
            : Optional.empty(),
        certificates);
  }

  /// Adds a component to what `/healthz` asks.
  public void check(String component, OperationsServer.HealthCheck check) {
    server.ifPresent(each -> each.check(component, check));
  }

  /// What looks after the node's certificates, to be told of each of them.
  public CertificateMonitor certificates() {
    return certificates;
  }

  /// Where the operations service listens, if it does.
  public Optional<InetSocketAddress> address() {
    return server.map(OperationsServer::address);
  }

  @Override
  public void close() {
    certificates.close();
    statsd.ifPresent(StatsdReporter::close);
    server.ifPresent(OperationsServer::close);
  }
}
