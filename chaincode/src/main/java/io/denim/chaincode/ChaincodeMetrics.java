package io.denim.chaincode;

import io.denim.metrics.Counter;
import io.denim.metrics.Histogram;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What is counted and timed of chaincodes, under Fabric's names (fabric v3.1.5
/// core/chaincode/metrics.go). Safe for use by any thread.
final class ChaincodeMetrics {
  private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final Metric<Histogram> launchDuration;
  private final Metric<Counter> launchFailures;
  private final Metric<Counter> launchTimeouts;
  private final Metric<Counter> executeTimeouts;
  private final Metric<Counter> requestsReceived;
  private final Metric<Counter> requestsCompleted;
  private final Metric<Histogram> requestDuration;
  private final Map<RequestKey, Requests> requests = new ConcurrentHashMap<>();

  private record RequestKey(String type, String channelId, String packageId) {}

  /// The series of one kind of request.
  record Requests(
      Counter received, Counter done, Counter failed, Histogram doneTime, Histogram failedTime) {
    void completed(boolean success, long startNanos) {
      (success ? done : failed).increment();
      (success ? doneTime : failedTime).observeSince(startNanos);
    }
  }

  ChaincodeMetrics(Metrics metrics) {
    launchDuration =
        metrics.histogram(
            MetricName.of(
                "chaincode_launch_duration",
                "The time to launch a chaincode.",
                "chaincode",
                "success"),
            SECONDS);
    launchFailures =
        metrics.counter(
            MetricName.of(
                "chaincode_launch_failures",
                "The number of chaincode launches that have failed.",
                "chaincode"));
    launchTimeouts =
        metrics.counter(
            MetricName.of(
                "chaincode_launch_timeouts",
                "The number of chaincode launches that have timed out.",
                "chaincode"));
    executeTimeouts =
        metrics.counter(
            MetricName.of(
                "chaincode_execute_timeouts",
                "The number of chaincode executions (Init or Invoke) that have timed out.",
                "chaincode"));
    requestsReceived =
        metrics.counter(
            MetricName.of(
                "chaincode_shim_requests_received",
                "The number of chaincode shim requests received.",
                "type",
                "channel",
                "chaincode"));
    requestsCompleted =
        metrics.counter(
            MetricName.of(
                "chaincode_shim_requests_completed",
                "The number of chaincode shim requests completed.",
                "type",
                "channel",
                "chaincode",
                "success"));
    requestDuration =
        metrics.histogram(
            MetricName.of(
                "chaincode_shim_request_duration",
                "The time to complete chaincode shim requests.",
                "type",
                "channel",
                "chaincode",
                "success"),
            SECONDS);
  }

  void launched(String packageId, boolean success, long startNanos) {
    launchDuration.series(packageId, String.valueOf(success)).observeSince(startNanos);
    if (!success) {
      launchFailures.series(packageId).increment();
    }
  }

  void launchTimedOut(String packageId) {
    launchTimeouts.series(packageId).increment();
  }

  void executionTimedOut(String packageId) {
    executeTimeouts.series(packageId).increment();
  }

  Requests requests(String type, String channelId, String packageId) {
    return requests.computeIfAbsent(new RequestKey(type, channelId, packageId), this::series);
  }

  private Requests series(RequestKey key) {
    String type = key.type();
    String channel = key.channelId();
    String chaincode = key.packageId();
    return new Requests(
        requestsReceived.series(type, channel, chaincode),
        requestsCompleted.series(type, channel, chaincode, "true"),
        requestsCompleted.series(type, channel, chaincode, "false"),
        requestDuration.series(type, channel, chaincode, "true"),
        requestDuration.series(type, channel, chaincode, "false"));
  }
}
