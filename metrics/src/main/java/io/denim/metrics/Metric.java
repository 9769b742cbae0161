package io.denim.metrics;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// One metric with a series for each combination of label values, up to a bound; beyond it, what is
/// new is counted together under `other`, as label values may come from anybody. Safe for use by
/// any thread.
public final class Metric<T> {
  static final int MAX_SERIES = 10_000;
  private static final String OTHER = "other";

  /// As Prometheus names them, in lower case.
  enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /// Values in the order of the metric's labels.
  record Labels(List<String> values) {}

  private final MetricName name;
  private final Type type;
  private final Function<Labels, T> maker;
  private final Map<Labels, T> series = new ConcurrentHashMap<>();

  Metric(MetricName name, Type type, Function<Labels, T> maker) {
    this.name = name;
    this.type = type;
    this.maker = maker;
  }

  /// The series of these label values; keep it where it is updated often. As label values may be
  /// names that clients made up, those beyond ten thousand get series that nobody sees.
  public T series(String... values) {
    if (values.length != name.labels().size()) {
      throw new IllegalArgumentException(
          name.name() + " has the labels " + name.labels() + ", not " + values.length);
    }
    Labels labels = new Labels(List.of(values));
    T known = series.get(labels);
    if (known != null) {
      return known;
    }
    return series.computeIfAbsent(
        series.size() < MAX_SERIES ? labels : new Labels(Collections.nCopies(values.length, OTHER)),
        maker);
  }

  /// Forgets a series, such as that of a channel that is no more.
  public void remove(String... values) {
    series.remove(new Labels(List.of(values)));
  }

  MetricName name() {
    return name;
  }

  Type type() {
    return type;
  }

  void forEach(BiConsumer<Labels, T> consumer) {
    series.forEach(consumer);
  }
}
