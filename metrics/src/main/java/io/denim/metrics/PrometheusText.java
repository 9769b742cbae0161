package io.denim.metrics;

import java.util.List;

/// Writes metrics in Prometheus' text format, version 0.0.4. Counters keep the names that Fabric's
/// have, without the suffix `_total` that newer client libraries force on them.
public final class PrometheusText {
  /// The media type of {@link #of}.
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private PrometheusText() {}

  public static String of(Metrics metrics) {
    StringBuilder out = new StringBuilder(8192);
    for (Metric<?> metric : metrics.all()) {
      header(out, metric);
      metric.forEach((labels, series) -> series(out, metric.name(), labels, series));
    }
    return out.toString();
  }

  private static void header(StringBuilder out, Metric<?> metric) {
    MetricName name = metric.name();
    out.append("# HELP ").append(name.name()).append(' ').append(escaped(name.help()));
    out.append("\n# TYPE ").append(name.name()).append(' ').append(typeOf(metric)).append('\n');
  }

  private static String typeOf(Metric<?> metric) {
    return switch (metric.type()) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case HISTOGRAM -> "histogram";
    };
  }

  private static void series(
      StringBuilder out, MetricName name, Metric.Labels labels, Object series) {
    switch (series) {
      case Counter counter -> sample(out, name, "", labels, "", counter.value());
      case Gauge gauge -> sample(out, name, "", labels, "", gauge.value());
      case Histogram histogram -> histogram(out, name, labels, histogram);
      default -> throw new IllegalStateException("no such metric: " + series);
    }
  }

  private static void histogram(
      StringBuilder out, MetricName name, Metric.Labels labels, Histogram histogram) {
    long[] counts = histogram.counts();
    double[] bounds = histogram.bounds();
    double total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += (double) counts[i];
      String bound = i < bounds.length ? number(bounds[i]) : "+Inf";
      sample(out, name, "_bucket", labels, bound, total);
    }
    sample(out, name, "_sum", labels, "", histogram.sum());
    sample(out, name, "_count", labels, "", total);
  }

  private static void sample(
      StringBuilder out,
      MetricName name,
      String suffix,
      Metric.Labels labels,
      String bucketBound,
      double value) {
    out.append(name.name()).append(suffix);
    List<String> names = name.labels();
    if (!names.isEmpty() || !bucketBound.isEmpty()) {
      String separator = "{";
      for (int i = 0; i < names.size(); i++) {
        out.append(separator).append(names.get(i)).append("=\"");
        out.append(escaped(labels.values().get(i)).replace("\"", "\\\"")).append('"');
        separator = ",";
      }
      if (!bucketBound.isEmpty()) {
        out.append(separator).append("le=\"").append(bucketBound).append('"');
      }
      out.append('}');
    }
    out.append(' ').append(number(value)).append('\n');
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
