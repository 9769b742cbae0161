package io.denim.metrics;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends metrics to a statsd server at an interval: gauges as they stand, counters as what was
/// added since the last time, histograms as their count and mean. A name is
/// `prefix.metric.label.values` with the metric's underscores between its parts as dots, as
/// Fabric's default formats give it (fabric v3.1.5 docs/source/metrics_reference.rst). A server
/// that is away costs a log line, once.
public final class StatsdReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatsdReporter.class);
  private static final int DATAGRAM_BYTES = 1432;

  private final Metrics metrics;
  private final Settings settings;
  private final Map<String, Double> sentCounters = new HashMap<>(); // owned by the reporting thread
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("statsd").unstarted(task));
  private boolean away; // owned by the reporting thread

  /// Where to and how often.
  ///
  /// @param network `udp` or `tcp`
  public record Settings(
      String network, InetSocketAddress address, Duration interval, String prefix) {}

  private StatsdReporter(Metrics metrics, Settings settings) {
    this.metrics = metrics;
    this.settings = settings;
  }

  public static StatsdReporter start(Metrics metrics, Settings settings) {
    StatsdReporter reporter = new StatsdReporter(metrics, settings);
    long nanos = settings.interval().toNanos();
    var unused =
        reporter.timer.scheduleAtFixedRate(reporter::report, nanos, nanos, TimeUnit.NANOSECONDS);
    return reporter;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void report() {
    try {
      send(lines());
      away = false;
    } catch (IOException e) {
      if (!away) {
        LOG.warn("No metrics reach the statsd server at {}: {}", settings.address(), e.toString());
      }
      away = true;
    }
  }

  /// What would be sent now.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Metric<?> metric : metrics.all()) {
      metric.forEach((labels, series) -> add(lines, path(metric.name(), labels), series));
    }
    return lines;
  }

  private void add(List<String> lines, String path, Object series) {
    switch (series) {
      case Counter counter -> {
        double now = counter.value();
        Double before = sentCounters.put(path, now);
        double delta = now - (before == null ? 0 : before);
        if (delta != 0) {
          lines.add(path + ":" + delta + "|c");
        }
      }
      case Gauge gauge -> lines.add(path + ":" + gauge.value() + "|g");
      case Histogram histogram -> {
        long count = 0;
        for (long bucket : histogram.counts()) {
          count += bucket;
        }
        if (count > 0) {
          lines.add(path + ":" + histogram.sum() / (double) count * 1000 + "|ms");
        }
      }
      default -> throw new IllegalStateException("no such metric: " + series);
    }
  }

  private String path(MetricName name, Metric.Labels labels) {
    StringBuilder path = new StringBuilder(settings.prefix());
    if (!path.isEmpty() && path.charAt(path.length() - 1) != '.') {
      path.append('.');
    }
    path.append(name.name().replaceFirst("_", "."));
    for (String value : labels.values()) {
      path.append('.').append(value.replaceAll("[.:|\\s]", "_"));
    }
    return path.toString();
  }

  private void send(List<String> lines) throws IOException {
    if (settings.network().startsWith("tcp")) {
      try (Socket socket = new Socket()) {
        socket.connect(settings.address(), 3000);
        socket.getOutputStream().write(bytes(String.join("\n", lines) + "\n"));
      }
      return;
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      StringBuilder packet = new StringBuilder();
      for (String line : lines) {
        if (packet.length() + line.length() + 1 > DATAGRAM_BYTES) {
          send(socket, packet);
        }
        packet.append(line).append('\n');
      }
      send(socket, packet);
    }
  }

  private void send(DatagramSocket socket, StringBuilder packet) throws IOException {
    byte[] bytes = bytes(packet.toString());
    if (bytes.length > 0) {
      socket.send(new DatagramPacket(bytes, bytes.length, settings.address()));
    }
    packet.setLength(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
