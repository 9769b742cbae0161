package io.denim.node;

import ch.qos.logback.classic.Level;
import io.denim.metrics.Counter;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.util.Locale;

/// Counts log lines by level. Upstream counts apart those whose level was looked at; here as there,
/// lines of a level that is on nowhere are not counted, so the two differ where only some loggers
/// are at a level (fabric-lib-go common/flogging/metrics, vendored by fabric v3.1.5).
final class LineCounts {
  private final Metric<Counter> checked;
  private final Metric<Counter> written;

  LineCounts(Metrics metrics) {
    this.checked =
        metrics.counter(
            MetricName.of(
                "logging_entries_checked",
                "Number of log entries checked against the active logging level",
                "level"));
    this.written =
        metrics.counter(
            MetricName.of(
                "logging_entries_written", "Number of log entries that are written", "level"));
  }

  void line(Level level) {
    String name = level.toString().toLowerCase(Locale.ROOT);
    checked.series(name).increment();
    written.series(name).increment();
  }
}
