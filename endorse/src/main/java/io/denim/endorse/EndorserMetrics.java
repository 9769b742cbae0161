package io.denim.endorse;

import io.denim.metrics.Counter;
import io.denim.metrics.Histogram;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;

/// Counts and times proposals under Fabric's names (fabric v3.1.5 core/endorser/metrics.go). Safe
/// for use by any thread.
final class EndorserMetrics {
  private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final Counter received;
  private final Counter successful;
  private final Counter invalid;
  private final Metric<Counter> denied;
  private final Metric<Counter> duplicate;
  private final Metric<Counter> simulationFailed;
  private final Metric<Counter> endorsementFailed;
  private final Metric<Histogram> duration;

  EndorserMetrics(Metrics metrics) {
    received =
        metrics
            .counter(
                MetricName.of("endorser_proposals_received", "The number of proposals received."))
            .series();
    successful =
        metrics
            .counter(
                MetricName.of(
                    "endorser_successful_proposals", "The number of successful proposals."))
            .series();
    invalid =
        metrics
            .counter(
                MetricName.of(
                    "endorser_proposal_validation_failures",
                    "The number of proposals that have failed initial validation."))
            .series();
    denied =
        ofChaincode(
            metrics,
            "endorser_proposal_acl_failures",
            "The number of proposals that failed ACL checks.");
    duplicate =
        ofChaincode(
            metrics,
            "endorser_duplicate_transaction_failures",
            "The number of failed proposals due to duplicate transaction ID.");
    simulationFailed =
        ofChaincode(
            metrics,
            "endorser_proposal_simulation_failures",
            "The number of failed proposal simulations");
    endorsementFailed =
        metrics.counter(
            MetricName.of(
                "endorser_endorsement_failures",
                "The number of failed endorsements.",
                "channel",
                "chaincode",
                "chaincodeerror"));
    duration =
        metrics.histogram(
            MetricName.of(
                "endorser_proposal_duration",
                "The time to complete a proposal.",
                "channel",
                "chaincode",
                "success"),
            SECONDS);
  }

  private static Metric<Counter> ofChaincode(Metrics metrics, String name, String help) {
    return metrics.counter(MetricName.of(name, help, "channel", "chaincode"));
  }

  void received() {
    received.increment();
  }

  void invalid() {
    invalid.increment();
  }

  void denied(UnpackedProposal proposal) {
    denied.series(proposal.channelId(), proposal.chaincode()).increment();
  }

  void duplicate(UnpackedProposal proposal) {
    duplicate.series(proposal.channelId(), proposal.chaincode()).increment();
  }

  void simulationFailed(UnpackedProposal proposal) {
    simulationFailed.series(proposal.channelId(), proposal.chaincode()).increment();
  }

  /// Counts a response that was not endorsed as its status tells of an error.
  void endorsementFailed(UnpackedProposal proposal) {
    endorsementFailed.series(proposal.channelId(), proposal.chaincode(), "true").increment();
  }

  void completed(UnpackedProposal proposal, boolean success, long startNanos) {
    if (success) {
      successful.increment();
    }
    duration
        .series(proposal.channelId(), proposal.chaincode(), String.valueOf(success))
        .observeSince(startNanos);
  }
}
