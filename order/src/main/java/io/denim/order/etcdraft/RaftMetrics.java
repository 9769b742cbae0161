package io.denim.order.etcdraft;

import io.denim.metrics.Counter;
import io.denim.metrics.Gauge;
import io.denim.metrics.Histogram;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;

/// One channel's Raft in numbers, under Fabric's names (fabric v3.1.5
/// orderer/consensus/etcdraft/metrics.go). Safe for use by any thread.
record RaftMetrics(
    Gauge clusterSize,
    Gauge isLeader,
    Gauge activeNodes,
    Gauge committedBlockNumber,
    Gauge snapshotBlockNumber,
    Counter leaderChanges,
    Counter proposalFailures,
    Histogram dataPersistDuration,
    Counter normalProposals,
    Counter configProposals,
    Histogram blockFillDuration) {
  private static final double[] SECONDS = {
    .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10,
  };

  static RaftMetrics of(Metrics metrics, String channelId) {
    return new RaftMetrics(
        gauge(metrics, "cluster_size", "Number of nodes in this channel.", channelId),
        gauge(
            metrics,
            "is_leader",
            "The leadership status of the current node: 1 if it is the leader else 0.",
            channelId),
        gauge(metrics, "active_nodes", "Number of active nodes in this channel.", channelId),
        gauge(
            metrics,
            "committed_block_number",
            "The block number of the latest block committed.",
            channelId),
        gauge(
            metrics,
            "snapshot_block_number",
            "The block number of the latest snapshot.",
            channelId),
        counter(
            metrics,
            "leader_changes",
            "The number of leader changes since process start.",
            channelId),
        counter(metrics, "proposal_failures", "The number of proposal failures.", channelId),
        metrics
            .histogram(
                name(
                    "data_persist_duration",
                    "The time taken for etcd/raft data to be persisted in storage (in seconds)."),
                SECONDS)
            .series(channelId),
        counter(
            metrics,
            "normal_proposals_received",
            "The total number of proposals received for normal type transactions.",
            channelId),
        counter(
            metrics,
            "config_proposals_received",
            "The total number of proposals received for config type transactions.",
            channelId),
        metrics
            .histogram(
                MetricName.of(
                    "blockcutter_block_fill_duration",
                    "The time from first transaction enqueuing to the block being cut in seconds.",
                    "channel"),
                SECONDS)
            .series(channelId));
  }

  private static Gauge gauge(Metrics metrics, String name, String help, String channelId) {
    return metrics.gauge(name(name, help)).series(channelId);
  }

  private static Counter counter(Metrics metrics, String name, String help, String channelId) {
    return metrics.counter(name(name, help)).series(channelId);
  }

  private static MetricName name(String name, String help) {
    return MetricName.of("consensus_etcdraft_" + name, help, "channel");
  }
}
