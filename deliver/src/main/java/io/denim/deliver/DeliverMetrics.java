package io.denim.deliver;

import io.denim.metrics.Counter;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import org.hyperledger.fabric.protos.common.Status;

/// Counts streams, requests and blocks under Fabric's names (fabric v3.1.5
/// common/deliver/metrics.go). Safe for use by any thread.
final class DeliverMetrics {
  private final Counter opened;
  private final Counter closed;
  private final Metric<Counter> received;
  private final Metric<Counter> completed;
  private final Metric<Counter> blocks;

  DeliverMetrics(Metrics metrics) {
    opened =
        metrics
            .counter(
                MetricName.of(
                    "deliver_streams_opened",
                    "The number of GRPC streams that have been opened for the deliver service."))
            .series();
    closed =
        metrics
            .counter(
                MetricName.of(
                    "deliver_streams_closed",
                    "The number of GRPC streams that have been closed for the deliver service."))
            .series();
    received =
        metrics.counter(
            MetricName.of(
                "deliver_requests_received",
                "The number of deliver requests that have been received.",
                "channel",
                "filtered",
                "data_type"));
    completed =
        metrics.counter(
            MetricName.of(
                "deliver_requests_completed",
                "The number of deliver requests that have been completed.",
                "channel",
                "filtered",
                "data_type",
                "success"));
    blocks =
        metrics.counter(
            MetricName.of(
                "deliver_blocks_sent",
                "The number of blocks sent by the deliver service.",
                "channel",
                "filtered",
                "data_type"));
  }

  void opened() {
    opened.increment();
  }

  void closed() {
    closed.increment();
  }

  /// Counts a request for a channel that there is.
  ///
  /// @return where the blocks of its answer are counted
  Counter requested(String channelId, DeliverForm<?> form) {
    received.series(channelId, filtered(form), form.dataType()).increment();
    return blocks.series(channelId, filtered(form), form.dataType());
  }

  void completed(String channelId, DeliverForm<?> form, Status status) {
    completed
        .series(
            channelId, filtered(form), form.dataType(), String.valueOf(status == Status.SUCCESS))
        .increment();
  }

  private static String filtered(DeliverForm<?> form) {
    return String.valueOf(form.dataType().equals("filtered_block"));
  }
}
