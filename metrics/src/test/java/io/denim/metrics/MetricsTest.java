package io.denim.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final MetricName HEIGHT =
      MetricName.of("ledger_blockchain_height", "Height of the chain in blocks.", "channel");

  private final Metrics metrics = new Metrics();

  @Test
  void prometheusReadsThemUnderTheirOwnNames() {
    metrics.gauge(HEIGHT).series("mychannel").set(7);
    metrics
        .counter(MetricName.of("endorser_proposals_received", "The number of proposals received."))
        .series()
        .add(3);
    Histogram time =
        metrics
            .histogram(
                MetricName.of("ledger_block_processing_time", "Time in seconds.", "channel"),
                0.005,
                0.1)
            .series("a\"b");
    time.observe(Duration.ofMillis(5));
    time.observe(Duration.ofMillis(50));
    time.observe(Duration.ofSeconds(5));

    assertThat(PrometheusText.of(metrics))
        .isEqualTo(
            """
            # HELP endorser_proposals_received The number of proposals received.
            # TYPE endorser_proposals_received counter
            endorser_proposals_received 3
            # HELP ledger_block_processing_time Time in seconds.
            # TYPE ledger_block_processing_time histogram
            ledger_block_processing_time_bucket{channel="a\\"b",le="0.005"} 1
            ledger_block_processing_time_bucket{channel="a\\"b",le="0.1"} 2
            ledger_block_processing_time_bucket{channel="a\\"b",le="+Inf"} 3
            ledger_block_processing_time_sum{channel="a\\"b"} 5.055
            ledger_block_processing_time_count{channel="a\\"b"} 3
            # HELP ledger_blockchain_height Height of the chain in blocks.
            # TYPE ledger_blockchain_height gauge
            ledger_blockchain_height{channel="mychannel"} 7
            """);
  }

  @Test
  void aSeriesIsSharedByAllWhoAskForIt() {
    metrics.gauge(HEIGHT).series("a").add(1);
    metrics.gauge(HEIGHT).series("a").add(1);

    assertThat(metrics.gauge(HEIGHT).series("a").value()).isEqualTo(2);
  }

  @Test
  void whoMakesUpLabelsMakesNoSeriesWithoutEnd() {
    Metric<Counter> processed =
        metrics.counter(MetricName.of("broadcast_processed_count", "", "channel", "type"));
    for (int i = 0; i < 3 * Metric.MAX_SERIES; i++) {
      processed.series("ch", "type " + i).increment();
    }
    AtomicInteger series = new AtomicInteger();
    processed.forEach((labels, counter) -> series.incrementAndGet());
    assertThat(series).hasValueLessThanOrEqualTo(Metric.MAX_SERIES + 1);
    assertThat(processed.series("other", "other").value()).isEqualTo(2 * Metric.MAX_SERIES);
    assertThat(processed.series("ch", "type 7").value()).isEqualTo(1);
  }

  @Test
  void statsdGetsCountAndMeanOfWhatWasObservedSinceTheLastReportThatArrived() throws Exception {
    Histogram time = metrics.histogram(MetricName.of("ledger_time", "in seconds"), 0.1).series();
    try (DatagramSocket server =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      server.setSoTimeout(10_000);
      var settings =
          new StatsdReporter.Settings(
              "udp",
              InetSocketAddress.createUnresolved("localhost", server.getLocalPort()),
              Duration.ofHours(1),
              "");
      time.observe(Duration.ofSeconds(1));
      time.observe(Duration.ofSeconds(3));
      try (StatsdReporter reporter = StatsdReporter.start(metrics, settings)) {
        reporter.report();
        assertThat(receive(server)).isEqualTo("ledger.time:2000.0|ms|@0.5\n");
        time.observe(Duration.ofSeconds(5));
        reporter.report();
        assertThat(receive(server)).isEqualTo("ledger.time:5000.0|ms\n");
      }
    }
  }

  @Test
  void whatAnUnreachableStatsdServerMissedComesWithTheNextReport() throws Exception {
    Counter received = metrics.counter(MetricName.of("endorser_received", "")).series();
    received.add(3);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var settings =
        new StatsdReporter.Settings(
            "tcp", InetSocketAddress.createUnresolved("localhost", port), Duration.ofHours(1), "");
    try (StatsdReporter reporter = StatsdReporter.start(metrics, settings)) {
      reporter.report();
      received.add(4);
      try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        reporter.report();
        try (Socket taken = server.accept()) {
          assertThat(new String(taken.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
              .isEqualTo("endorser.received:7.0|c\n");
        }
      }
    }
  }

  @Test
  void oneNameHasOneTypeAndItsLabels() {
    metrics.gauge(HEIGHT);

    assertThatThrownBy(() -> metrics.counter(HEIGHT)).hasMessageContaining("already there");
    assertThatThrownBy(() -> metrics.gauge(HEIGHT).series("a", "b"))
        .hasMessageContaining("[channel]");
  }

  @Test
  void statsdGetsGaugesAndWhatCountersGained() throws Exception {
    try (DatagramSocket server =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      server.setSoTimeout(10_000);
      metrics.gauge(HEIGHT).series("my.channel").set(7);
      metrics.counter(MetricName.of("endorser_proposals_received", "")).series().add(3);
      var settings =
          new StatsdReporter.Settings(
              "udp",
              new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()),
              Duration.ofMillis(10),
              "peer0");
      try (StatsdReporter reporter = StatsdReporter.start(metrics, settings)) {
        assertThat(receive(server))
            .isEqualTo(
                "peer0.endorser.proposals_received:3.0|c\n"
                    + "peer0.ledger.blockchain_height.my_channel:7.0|g\n");
        assertThat(receive(server)).isEqualTo("peer0.ledger.blockchain_height.my_channel:7.0|g\n");
      }
    }
  }

  private static String receive(DatagramSocket server) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    server.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }
}
