package io.denim.order;

import io.denim.metrics.Counter;
import io.denim.metrics.Histogram;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import org.hyperledger.fabric.protos.common.Status;

/// Broadcast in numbers, under Fabric's names (fabric v3.1.5 orderer/common/broadcast/metrics.go).
/// Safe for use by any thread.
record BroadcastMetrics(
    Metric<Histogram> validateDuration,
    Metric<Histogram> enqueueDuration,
    Metric<Counter> processedCount) {
  private static final double[] SECONDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

  static BroadcastMetrics of(Metrics metrics) {
    return new BroadcastMetrics(
        metrics.histogram(
            name("validate_duration", "The time to validate a transaction in seconds."), SECONDS),
        metrics.histogram(
            name("enqueue_duration", "The time to enqueue a transaction in seconds."), SECONDS),
        metrics.counter(name("processed_count", "The number of transactions processed.")));
  }

  private static MetricName name(String name, String help) {
    return MetricName.of("broadcast_" + name, help, "channel", "type", "status");
  }

  void validated(SubmittedMessage message, Status status, long startNanos) {
    validateDuration
        .series(message.channelId(), message.typeName(), status.name())
        .observeSince(startNanos);
  }

  void enqueued(SubmittedMessage message, long startNanos) {
    enqueueDuration
        .series(message.channelId(), message.typeName(), Status.SUCCESS.name())
        .observeSince(startNanos);
  }

  void processed(SubmittedMessage message, Status status) {
    processedCount.series(message.channelId(), message.typeName(), status.name()).increment();
  }
}
