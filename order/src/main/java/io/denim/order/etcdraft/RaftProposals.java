package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.OrdererConfig;
import io.denim.consensus.RaftNode;
import io.denim.order.BlockCutter;
import io.denim.order.ChainSupport;
import io.denim.order.Verdict;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a leader does with clients' envelopes: check anew those that waited across a change of
/// configuration, cut batches, make blocks one upon the other and propose them. After a
/// configuration it pauses until that is written. Owned by the chain's thread.
final class RaftProposals {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");

  private final String label;
  private final ChainSupport support;
  private final RaftNode node;
  private final int maxInFlight;
  private final BlockCutter cutter;
  private boolean accepting;
  private boolean configInFlight;
  private int inFlight;
  private Block tip; // the newest block made, written or not
  private long deadline; // System.nanoTime when the pending batch is due; meaningless without one

  RaftProposals(String label, ChainSupport support, RaftNode node, int maxInFlight) {
    this.label = label;
    this.support = support;
    this.node = node;
    this.maxInFlight = maxInFlight;
    this.cutter = new BlockCutter(this::ordererConfig);
    this.tip = support.lastBlock();
  }

  /// Begins to make blocks upon the newest that is written.
  void begin() {
    tip = support.lastBlock();
    accepting = true;
  }

  /// Stops making blocks; what is pending is lost.
  void end() {
    accepting = false;
    configInFlight = false;
    inFlight = 0;
    int lost = cutter.cut().size();
    if (lost > 0) {
      LOG.warn("Discarded {} pending messages {}", lost, label);
    }
  }

  boolean hasBegun() {
    return accepting;
  }

  /// Whether another envelope may be taken now.
  boolean wantsMore() {
    return accepting && !configInFlight && inFlight < maxInFlight;
  }

  boolean isPending() {
    return cutter.isPending();
  }

  long deadline() {
    return deadline;
  }

  /// A block of this leader was written.
  void written(boolean config) {
    inFlight = Math.max(0, inFlight - 1);
    if (config) {
      configInFlight = false;
    }
  }

  void take(RaftInbox.Event.Submitted submitted) {
    Envelope envelope = submitted.envelope();
    if (submitted.configSequence() < support.config().sequence()) {
      switch (support.recheck(envelope, submitted.isConfig())) {
        case Verdict.Passed(Envelope checked, long sequence) -> envelope = checked;
        case Verdict.Rejected(var status, String reason) -> {
          LOG.warn(
              "Discarding a message that the new configuration refuses ({}): {} {}",
              status,
              reason,
              label);
          return;
        }
      }
    }
    if (submitted.isConfig()) {
      propose(cutter.cut());
      configInFlight = true;
      propose(List.of(envelope));
      LOG.info(
          "Received config transaction, pause accepting transaction till it is committed {}",
          label);
      return;
    }
    boolean waited = cutter.isPending();
    List<List<Envelope>> batches = cutter.ordered(envelope);
    batches.forEach(this::propose);
    if (cutter.isPending() && (!waited || !batches.isEmpty())) {
      deadline = System.nanoTime() + ordererConfig().batchTimeout().toNanos();
    }
  }

  /// The pending batch has waited long enough.
  void cutNow() {
    propose(cutter.cut());
  }

  private void propose(List<Envelope> batch) {
    if (batch.isEmpty() || !accepting) {
      return;
    }
    List<ByteString> data = new ArrayList<>(batch.size());
    for (Envelope envelope : batch) {
      data.add(envelope.toByteString());
    }
    long number = tip.getHeader().getNumber() + 1;
    Block block = Blocks.of(number, BlockHash.ofHeader(tip.getHeader()), data);
    LOG.debug("Created block [{}], there are {} blocks in flight {}", number, inFlight, label);
    if (!node.propose(RaftCodec.bytes(block.toByteString()))) {
      // Handing over. Blocks that are under way end first, then this node may begin again.
      LOG.error("Failed to propose block [{}] to raft {}", number, label);
      end();
      return;
    }
    tip = block;
    inFlight++;
  }

  private OrdererConfig ordererConfig() {
    return support.config().orderer().orElseThrow();
  }
}
