package io.denim.order.etcdraft;

import io.denim.metrics.Counter;
import io.denim.metrics.Gauge;
import io.denim.metrics.Histogram;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;

/// What passes between orderers in numbers, under Fabric's names (fabric v3.1.5
/// orderer/common/cluster/metrics.go). Safe for use by any thread.
///
/// @param metrics of the node
record ClusterMetrics(Metrics metrics) {
  private static final double[] SECONDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

  /// What is counted of one other orderer in one channel.
  record Destination(
      Gauge queueLength,
      Gauge queueCapacity,
      Counter dropped,
      Histogram sendTime,
      Gauge workers,
      Gauge streams,
      Gauge connections) {}

  /// @param host as the channel's configuration has it, with its port
  Destination destination(String host, String channelId) {
    return new Destination(
        metrics
            .gauge(queue("egress_queue_length", "Length of the egress queue."))
            .series(host, "consensus", channelId),
        metrics
            .gauge(queue("egress_queue_capacity", "Capacity of the egress queue."))
            .series(host, "consensus", channelId),
        metrics
            .counter(name("msg_dropped_count", "Count of messages dropped.", "host", "channel"))
            .series(host, channelId),
        metrics
            .histogram(
                name(
                    "msg_send_time",
                    "The time it takes to send a message in seconds.",
                    "host",
                    "channel"),
                SECONDS)
            .series(host, channelId),
        metrics
            .gauge(name("egress_queue_workers", "Count of egress queue workers.", "channel"))
            .series(channelId),
        metrics
            .gauge(name("egress_stream_count", "Count of streams to other nodes.", "channel"))
            .series(channelId),
        metrics
            .gauge(name("egress_tls_connection_count", "Count of TLS connections to other nodes."))
            .series());
  }

  Gauge ingressStreams() {
    return metrics
        .gauge(name("ingress_stream_count", "Count of streams from other nodes."))
        .series();
  }

  private static MetricName queue(String name, String help) {
    return name(name, help, "host", "msg_type", "channel");
  }

  private static MetricName name(String name, String help, String... labels) {
    return MetricName.of("cluster_comm_" + name, help, labels);
  }
}
