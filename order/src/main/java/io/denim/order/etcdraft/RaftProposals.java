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
/// configuration it pauses until that is written; one that removes this node it leaves to another
/// leader. Owned by the chain's thread.
final class RaftProposals {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");

  private final String label;
  private final RaftReplica.Ports ports;
  private final ChainSupport support;
  private final RaftNode node;
  private final int maxInFlight;
  private final PendingEnvelopes pending;
  private final Abdication abdication;
  private final BlockCutter<Submitted> cutter;
  private boolean accepting;
  private boolean configInFlight;
  private int inFlight;
  private Block tip; // the newest block made, written or not
  private long firstPending; // when the pending batch was begun
  private long deadline; // of the ports' clock when the pending batch is due

  RaftProposals(
      String label,
      RaftReplica.Ports ports,
      RaftNode node,
      RaftLedger ledger,
      int maxInFlight,
      PendingEnvelopes pending) {
    this.label = label;
    this.ports = ports;
    this.support = ports.support();
    this.node = node;
    this.maxInFlight = maxInFlight;
    this.pending = pending;
    this.abdication = new Abdication(label, node, ledger, ports.cluster(), pending);
    this.cutter = new BlockCutter<>(this::ordererConfig, Submitted::size);
    this.tip = support.lastBlock();
  }

  /// Begins to make blocks upon the newest that is written.
  void begin() {
    tip = support.lastBlock();
    accepting = true;
  }

  /// Stops making blocks; what is pending is void.
  void end() {
    accepting = false;
    configInFlight = false;
    inFlight = 0;
    List<Submitted> lost = cutter.cut();
    if (!lost.isEmpty()) {
      LOG.warn("Discarded {} pending messages {}", lost.size(), label);
      lost.forEach(each -> pending.fail(each, "this node stopped leading"));
    }
  }

  /// A node leads, this one or another.
  void newLeader(long leader, long term) throws InterruptedException {
    abdication.newLeader(leader, term);
  }

  void tick() {
    abdication.tick();
  }

  boolean hasBegun() {
    return accepting;
  }

  /// Whether another envelope may be taken now.
  boolean wantsMore() {
    return accepting && !configInFlight && inFlight < maxInFlight && !abdication.isUnderWay();
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

  /// What was given to the leader of another term is void, and in no log: who waits hears at once.
  void refuse(Submitted given) {
    pending.failOfTerm(given, "the leader changed before the message was ordered");
  }

  void take(Submitted given) {
    Submitted submitted = given;
    if (given.configSequence() < support.config().sequence()) {
      switch (support.recheck(given.envelope(), given.isConfig())) {
        case Verdict.Passed(Envelope checked, long sequence) -> submitted = given.remade(checked);
        case Verdict.Rejected(var status, String reason) -> {
          LOG.warn(
              "Discarding a message that the new configuration refuses ({}): {} {}",
              status,
              reason,
              label);
          ports.metrics().proposalFailures().increment();
          pending.fail(given, reason);
          return;
        }
      }
    }
    if (submitted.isConfig()) {
      propose(cutter.cut());
      if (abdication.isNeededFor(submitted)) {
        abdication.begin(submitted);
        return;
      }
      configInFlight = true;
      propose(List.of(submitted));
      LOG.info(
          "Received config transaction, pause accepting transaction till it is committed {}",
          label);
      return;
    }
    long now = ports.nanoTime().getAsLong();
    boolean waited = cutter.isPending();
    List<List<Submitted>> batches = cutter.ordered(submitted);
    if (!batches.isEmpty()) {
      filled(waited ? now - firstPending : 0);
    }
    batches.forEach(this::propose);
    if (cutter.isPending() && (!waited || !batches.isEmpty())) {
      firstPending = now;
      deadline = now + ordererConfig().batchTimeout().toNanos();
    }
  }

  /// The pending batch has waited long enough.
  void cutNow() {
    filled(ports.nanoTime().getAsLong() - firstPending);
    propose(cutter.cut());
  }

  private void filled(long nanos) {
    ports.metrics().blockFillDuration().observe(nanos / 1e9);
  }

  private void propose(List<Submitted> batch) {
    if (batch.isEmpty()) {
      return;
    }
    if (accepting) {
      List<ByteString> data = new ArrayList<>(batch.size());
      for (Submitted submitted : batch) {
        data.add(submitted.bytes());
      }
      long number = tip.getHeader().getNumber() + 1;
      Block block = Blocks.of(number, BlockHash.ofHeader(tip.getHeader()), data);
      LOG.debug("Created block [{}], there are {} blocks in flight {}", number, inFlight, label);
      if (node.propose(RaftCodec.bytes(block.toByteString()))) {
        tip = block;
        inFlight++;
        return;
      }
      // Handing over. Blocks that are under way end first, then this node may begin again.
      LOG.error("Failed to propose block [{}] to raft {}", number, label);
      end();
    }
    batch.forEach(each -> pending.fail(each, "this node stopped leading"));
  }

  private OrdererConfig ordererConfig() {
    return support.config().orderer().orElseThrow();
  }
}
