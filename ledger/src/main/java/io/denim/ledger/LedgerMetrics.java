package io.denim.ledger;

import io.denim.metrics.Counter;
import io.denim.metrics.Gauge;
import io.denim.metrics.Histogram;
import io.denim.metrics.Metric;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.util.List;
import org.hyperledger.fabric.protos.common.HeaderType;

/// What is counted and timed of one channel's commits, under Fabric's names (fabric v3.1.5
/// core/ledger/kvledger/metrics.go, common/ledger/blkstorage/metrics.go). Blocks that are stored
/// together share the time of it equally. Used by the committing thread.
final class LedgerMetrics {
  private static final double[] SECONDS = {0.005, 0.01, 0.015, 0.05, 0.1, 1, 10};
  private static final String UNKNOWN = "unknown";
  private static final double NANOS = 1e9;

  private final String channelId;
  private final Gauge height;
  private final Histogram processing;
  private final Histogram storage;
  private final Histogram storageWithPrivateData;
  private final Histogram state;
  private final Metric<Counter> transactions;

  LedgerMetrics(Metrics metrics, String channelId) {
    this.channelId = channelId;
    this.height =
        metrics
            .gauge(
                MetricName.of(
                    "ledger_blockchain_height", "Height of the chain in blocks.", "channel"))
            .series(channelId);
    this.processing =
        histogram(
            metrics,
            "ledger_block_processing_time",
            "Time taken in seconds for ledger block processing.");
    this.storage =
        histogram(
            metrics,
            "ledger_blockstorage_commit_time",
            "Time taken in seconds for committing the block to storage.");
    this.storageWithPrivateData =
        histogram(
            metrics,
            "ledger_blockstorage_and_pvtdata_commit_time",
            "Time taken in seconds for committing the block and private data to storage.");
    this.state =
        histogram(
            metrics,
            "ledger_statedb_commit_time",
            "Time taken in seconds for committing block changes to state db.");
    this.transactions =
        metrics.counter(
            MetricName.of(
                "ledger_transaction_count",
                "Number of transactions processed.",
                "channel",
                "transaction_type",
                "chaincode",
                "validation_code"));
  }

  private Histogram histogram(Metrics metrics, String name, String help) {
    return metrics.histogram(MetricName.of(name, help, "channel"), SECONDS).series(channelId);
  }

  void height(long blocks) {
    height.set((double) blocks);
  }

  /// A block's effect was worked out.
  void processed(long startNanos) {
    processing.observeSince(startNanos);
  }

  /// A group of blocks was stored.
  ///
  /// @param begun when clear private data began to be written, in nanoseconds
  /// @param blocksBegun when blocks began to be
  /// @param stateBegun when what follows from them began to be
  /// @param done when all was written
  void stored(int blocks, long begun, long blocksBegun, long stateBegun, long done) {
    for (int i = 0; i < blocks; i++) {
      storage.observe((stateBegun - blocksBegun) / NANOS / blocks);
      storageWithPrivateData.observe((stateBegun - begun) / NANOS / blocks);
      state.observe((done - stateBegun) / NANOS / blocks);
    }
  }

  /// Counts a block's transactions.
  ///
  /// @param chaincodes names with versions; may be shorter than the block
  void count(List<CheckedTransaction> checked, List<String> chaincodes, CommittedBlock committed) {
    for (int i = 0; i < checked.size(); i++) {
      String type =
          switch (checked.get(i)) {
            case CheckedTransaction.Endorsed endorsed -> HeaderType.ENDORSER_TRANSACTION.name();
            case CheckedTransaction.Configured configured -> HeaderType.CONFIG.name();
            case CheckedTransaction.Refused refused -> UNKNOWN;
          };
      String chaincode = i < chaincodes.size() ? chaincodes.get(i) : UNKNOWN;
      transactions
          .series(
              channelId,
              type,
              chaincode.isEmpty() ? UNKNOWN : chaincode,
              committed.codes().get(i).name())
          .increment();
    }
  }
}
