package io.denim.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/// All metrics of one node. Asking twice for one name gives the same metric, so each channel of a
/// node may ask anew. Safe for use by any thread; a series that is kept by its user costs an update
/// one uncontended addition.
public final class Metrics {
  private final Map<String, Metric<?>> metrics = new ConcurrentSkipListMap<>();
  private final List<Runnable> refreshed = new CopyOnWriteArrayList<>();

  /// Something that only grows.
  public Metric<Counter> counter(MetricName name) {
    return metric(name, Metric.Type.COUNTER, series -> new Counter());
  }

  /// A counter without labels that is asked for its value when somebody looks.
  public void counter(MetricName name, DoubleSupplier value) {
    counter(name).series().follow(value);
  }

  /// Something that goes up and down.
  public Metric<Gauge> gauge(MetricName name) {
    return metric(name, Metric.Type.GAUGE, series -> new Gauge());
  }

  /// A gauge without labels that is asked for its value when somebody looks.
  public void gauge(MetricName name, DoubleSupplier value) {
    gauge(name).series().follow(value);
  }

  /// A distribution, such as of durations in seconds.
  ///
  /// @param bounds upper bounds of the buckets, rising
  public Metric<Histogram> histogram(MetricName name, double... bounds) {
    double[] kept = bounds.clone();
    return metric(name, Metric.Type.HISTOGRAM, series -> new Histogram(kept));
  }

  /// Lets somebody set what is only found out when somebody looks.
  ///
  /// @param refresh run each time before the metrics are read, by whichever thread reads them
  public void beforeReading(Runnable refresh) {
    refreshed.add(refresh);
  }

  /// In the order of their names, as they are now.
  Collection<Metric<?>> all() {
    refreshed.forEach(Runnable::run);
    return metrics.values();
  }

  @SuppressWarnings("unchecked") // one name always has one type, which is checked
  private <T> Metric<T> metric(
      MetricName name, Metric.Type type, Function<Metric.Labels, T> maker) {
    Metric<?> metric =
        metrics.computeIfAbsent(name.name(), unused -> new Metric<>(name, type, maker));
    if (metric.type() != type || !metric.name().labels().equals(name.labels())) {
      throw new IllegalArgumentException(
          "metric "
              + name.name()
              + " is already there as a "
              + metric.type()
              + " with labels "
              + metric.name().labels());
    }
    return (Metric<T>) metric;
  }
}
