package io.denim.node;

import io.denim.metrics.Gauge;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after a node's certificates. When each expires is a metric and is told at start; each day
/// of its last month it is warned of (fabric v3.1.5 common/crypto/expiration.go, which does so
/// once, a week before). TLS files that change are read again, and serve from the next handshake
/// on.
///
/// Safe for use by any thread; one thread of its own looks every few seconds.
public final class CertificateMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("certmonitor");
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration WARNED_AHEAD = Duration.ofDays(30);
  private static final Duration WARNED_EVERY = Duration.ofDays(1);

  private final Metric<Gauge> expirations;
  private final InstantSource clock;
  private final List<Watched> watched = new ArrayList<>(); // guarded by this
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("certificates").factory());

  /// Takes a listener's changed TLS.
  @FunctionalInterface
  public interface Reload {
    /// @throws TlsConfigurationException if it is not usable; then the present one stays
    void take(ServerTls tls) throws TlsConfigurationException;
  }

  /// Where a certificate comes from, and who uses it.
  private record Source(TlsFiles files, Reload reload) {}

  /// One certificate.
  private static final class Watched {
    final String role;
    final Optional<Source> source;
    Instant expires;
    Instant nextWarning = Instant.MIN;
    List<FileTime> changes; // when its files were changed that it was read from

    Watched(String role, Instant expires, Optional<Source> source) {
      this.role = role;
      this.expires = expires;
      this.source = source;
      this.changes = source.map(each -> each.files().changes()).orElse(List.of());
    }

    /// Reads its files again if they changed.
    void look() {
      if (source.isEmpty()) {
        return;
      }
      TlsFiles files = source.get().files();
      List<FileTime> now = files.changes();
      if (now.equals(changes)) {
        return;
      }
      changes = now;
      try {
        ServerTls tls = files.read();
        Instant newExpiry = tls.keyPair().expires();
        source.get().reload().take(tls);
        expires = newExpiry;
        nextWarning = Instant.MIN;
        LOG.info(
            "The {} certificate was read again from {}; it will expire on {}",
            role,
            files.certificate(),
            expires);
      } catch (IOException | TlsConfigurationException | IllegalStateException e) {
        LOG.warn(
            "The {} certificate in {} changed but is not usable, so the present one stays: {}",
            role,
            files.certificate(),
            e.getMessage());
      }
    }
  }

  private CertificateMonitor(Metrics metrics, InstantSource clock) {
    this.clock = clock;
    this.expirations =
        metrics.gauge(
            MetricName.of(
                "certificate_expiration_timestamp_seconds",
                "When a certificate of this node expires, in seconds since 1970.",
                "certificate"));
  }

  public static CertificateMonitor start(Metrics metrics, InstantSource clock) {
    CertificateMonitor monitor = new CertificateMonitor(metrics, clock);
    Future<?> unused =
        monitor.ticker.scheduleWithFixedDelay(
            monitor::tick, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return monitor;
  }

  /// Looks after a certificate that stays while the node runs.
  ///
  /// @param role such as `enrollment`
  public synchronized void watch(String role, Instant expires) {
    add(new Watched(role, expires, Optional.empty()));
  }

  /// Looks after a listener's certificate, if it has one.
  ///
  /// @param role such as `server TLS`
  public synchronized void watch(String role, Listener listener, Reload reload) {
    if (listener.tls().isEmpty()) {
      return;
    }
    add(
        new Watched(
            role,
            listener.tls().get().keyPair().expires(),
            listener.files().map(files -> new Source(files, reload))));
  }

  private void add(Watched certificate) {
    watched.add(certificate);
    if (clock.instant().isBefore(certificate.expires)) {
      LOG.info("The {} certificate will expire on {}", certificate.role, certificate.expires);
    }
    judge(certificate);
  }

  private void tick() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("Looking after the certificates failed", e);
    }
  }

  /// Looks at all of them now.
  public synchronized void look() {
    for (Watched each : watched) {
      each.look();
      judge(each);
    }
  }

  private void judge(Watched certificate) {
    expirations.series(certificate.role).set((double) certificate.expires.getEpochSecond());
    Instant now = clock.instant();
    Duration left = Duration.between(now, certificate.expires);
    if (left.compareTo(WARNED_AHEAD) > 0 || now.isBefore(certificate.nextWarning)) {
      return;
    }
    certificate.nextWarning = now.plus(WARNED_EVERY);
    if (left.isNegative()) {
      LOG.warn(
          "The {} certificate has expired on {}: others refuse it until there is another",
          certificate.role,
          certificate.expires);
    } else {
      LOG.warn(
          "The {} certificate expires within {} days and {} hours",
          certificate.role,
          left.toDays(),
          left.toHoursPart());
    }
  }

  @Override
  public void close() {
    ticker.shutdown();
  }
}
