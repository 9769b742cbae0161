package io.denim.metrics;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
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
/// added since the last report that was sent, histograms as the mean of what was observed since,
/// with the sample rate that gives the count. A name is `prefix.metric.label.values` with the
/// metric's underscores between its parts as dots, as Fabric's default formats give it (fabric
/// v3.1.5 docs/source/metrics_reference.rst). A server that is away, or whose name is not known
/// yet, costs a log line, once.
public final class StatsdReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatsdReporter.class);
  private static final int DATAGRAM_BYTES = 1432;

  private final Metrics metrics;
  private final Settings settings;
  private final Map<String, Total> sent = new HashMap<>(); // guarded by this
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("statsd").unstarted(task));
  private boolean away; // guarded by this

  /// What a series had come to when it was looked at.
  private record Total(double sum, long count) {
    static final Total ZERO = new Total(0, 0);
  }

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

  /// Sends a report now.
  synchronized void report() {
    Map<String, Total> totals = new HashMap<>();
    try {
      send(lines(totals));
      sent.putAll(totals);
      away = false;
    } catch (IOException | RuntimeException e) { // a timer calls no more what throws
      if (!away) {
        LOG.warn("No metrics reach the statsd server at {}: {}", settings.address(), e.toString());
      }
      away = true;
    }
  }

  /// @param totals where what the lines bring the server up to is put
  private List<String> lines(Map<String, Total> totals) {
    List<String> lines = new ArrayList<>();
    for (Metric<?> metric : metrics.all()) {
      metric.forEach((labels, series) -> add(lines, totals, path(metric.name(), labels), series));
    }
    return lines;
  }

  private void add(List<String> lines, Map<String, Total> totals, String path, Object series) {
    Total before = sent.getOrDefault(path, Total.ZERO);
    switch (series) {
      case Counter counter -> {
        Total now = new Total(counter.value(), 0);
        totals.put(path, now);
        if (now.sum() != before.sum()) {
          lines.add(path + ":" + (now.sum() - before.sum()) + "|c");
        }
      }
      case Gauge gauge -> lines.add(path + ":" + gauge.value() + "|g");
      case Histogram histogram -> {
        long count = 0;
        for (long bucket : histogram.counts()) {
          count += bucket;
        }
        Total now = new Total(histogram.sum(), count);
        totals.put(path, now);
        long observed = count - before.count();
        if (observed > 0) {
          double mean = (now.sum() - before.sum()) / observed * 1000;
          lines.add(path + ":" + mean + "|ms" + (observed == 1 ? "" : "|@" + 1.0 / observed));
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

  /// Looked up each time: where containers start together, names come later than their users.
  private InetSocketAddress address() throws UnknownHostException {
    InetSocketAddress configured = settings.address();
    return new InetSocketAddress(
        InetAddress.getByName(configured.getHostString()), configured.getPort());
  }

  private void send(List<String> lines) throws IOException {
    InetSocketAddress address = address();
    if (settings.network().startsWith("tcp")) {
      try (Socket socket = new Socket()) {
        socket.connect(address, 3000);
        socket.getOutputStream().write(bytes(String.join("\n", lines) + "\n"));
      }
      return;
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      StringBuilder packet = new StringBuilder();
      for (String line : lines) {
        if (packet.length() + line.length() + 1 > DATAGRAM_BYTES) {
          send(socket, address, packet);
        }
        packet.append(line).append('\n');
      }
      send(socket, address, packet);
    }
  }

  private static void send(DatagramSocket socket, InetSocketAddress address, StringBuilder packet)
      throws IOException {
    byte[] bytes = bytes(packet.toString());
    if (bytes.length > 0) {
      socket.send(new DatagramPacket(bytes, bytes.length, address));
    }
    packet.setLength(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
