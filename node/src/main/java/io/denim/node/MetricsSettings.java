package io.denim.node;

import io.denim.metrics.StatsdReporter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// The section `metrics` of a node's configuration (fabric v3.1.5 core/operations/system.go).
///
/// @param statsd used where the provider is statsd
public record MetricsSettings(Provider provider, StatsdReporter.Settings statsd) {
  /// Who takes the metrics.
  public enum Provider {
    /// Nobody.
    DISABLED,
    /// Who asks for `/metrics`.
    PROMETHEUS,
    /// A statsd server, at an interval.
    STATSD
  }

  private static final InetSocketAddress LOCAL_STATSD =
      InetSocketAddress.createUnresolved("127.0.0.1", 8125);

  /// With these metrics at `/metrics`.
  public static MetricsSettings prometheus() {
    return new MetricsSettings(
        Provider.PROMETHEUS,
        new StatsdReporter.Settings("udp", LOCAL_STATSD, Duration.ofSeconds(10), ""));
  }

  /// @param section such as `metrics`; keys below it are looked up regardless of case
  public static MetricsSettings of(Settings settings, String section) {
    String provider =
        settings.choice(
            section + ".provider", "disabled", List.of("prometheus", "statsd", "disabled"));
    String statsd = section + ".statsd.";
    StatsdReporter.Settings reporter =
        new StatsdReporter.Settings(
            settings.choice(statsd + "network", "udp", List.of("udp", "tcp")),
            Listener.address(settings, statsd + "address", "127.0.0.1:8125"),
            interval(settings, statsd + "writeInterval"),
            settings.text(statsd + "prefix", ""));
    return new MetricsSettings(Provider.valueOf(provider.toUpperCase(Locale.ROOT)), reporter);
  }

  private static Duration interval(Settings settings, String key) {
    Duration interval = settings.duration(key, Duration.ofSeconds(10));
    if (!interval.isPositive()) {
      settings.problem(key, GoDuration.format(interval), "a duration of more than nothing");
      return Duration.ofSeconds(10);
    }
    return interval;
  }
}
