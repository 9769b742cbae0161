package io.denim.order.etcdraft;

import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.consensus.RaftNode;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A leader that a configuration removes, or whose certificates it replaces, first has another node
/// lead and then gives it the configuration: it could not see the change through itself (fabric
/// v3.1.5 orderer/consensus/etcdraft/chain.go, checkForEvictionNCertRotation; node.go,
/// abdicateLeadership). Owned by the chain's thread.
final class Abdication {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final int MAX_ATTEMPTS = 5;

  private final String label;
  private final RaftNode node;
  private final RaftLedger ledger;
  private final Cluster cluster;
  private final PendingEnvelopes pending;
  private @Nullable Submitted waiting;
  private int attempts;
  private int ticksLeft;

  Abdication(
      String label, RaftNode node, RaftLedger ledger, Cluster cluster, PendingEnvelopes pending) {
    this.label = label;
    this.node = node;
    this.ledger = ledger;
    this.cluster = cluster;
    this.pending = pending;
  }

  boolean isUnderWay() {
    return waiting != null;
  }

  /// Whether this node cannot order a configuration itself.
  boolean isNeededFor(Submitted config) {
    if (node.confState().voters().size() < 2) {
      return false;
    }
    Optional<ConfigMetadata> metadata;
    try {
      metadata = RaftLedger.metadataOf(ConfigBlocks.configOf(config.envelope()));
    } catch (ChannelConfigException e) {
      LOG.warn("could not read config update: {} {}", e.getMessage(), label);
      return false;
    }
    if (metadata.isEmpty()) {
      return false;
    }
    Membership now = ledger.membership();
    Membership next;
    try {
      next = now.updated(metadata.get().getConsentersList()).next();
    } catch (IllegalArgumentException e) {
      LOG.warn("illegal configuration change detected: {} {}", e.getMessage(), label);
      return false;
    }
    var before = now.consenters().get(node.id());
    var after = next.consenters().get(node.id());
    if (after == null) {
      LOG.info("Detected eviction of ourselves from the configuration {}", label);
      return true;
    }
    if (before != null && !before.getClientTlsCert().equals(after.getClientTlsCert())) {
      LOG.info("Detected certificate rotation of our node {}", label);
      return true;
    }
    return false;
  }

  /// Asks another node to lead and keeps the configuration for it.
  void begin(Submitted config) {
    if (waiting != null) {
      LOG.warn(
          "A reconfiguration transaction is already in progress, ignoring a subsequent transaction"
              + " {}",
          label);
      pending.fail(config, "a reconfiguration transaction is already in progress");
      return;
    }
    waiting = config;
    attempts = 0;
    attempt();
  }

  private void attempt() {
    attempts++;
    ticksLeft = node.electionTicks();
    List<Long> active = node.activeVoters();
    for (long candidate : active) {
      if (candidate != node.id()) {
        LOG.info("Transferring leadership to {} {}", candidate, label);
        node.transferLeader(candidate);
        return;
      }
    }
    LOG.error("No follower is qualified as transferee, abort leader transfer {}", label);
  }

  void tick() {
    if (waiting == null) {
      return;
    }
    ticksLeft--;
    if (ticksLeft > 0) {
      return;
    }
    if (attempts < MAX_ATTEMPTS && node.softState().leader() == node.id()) {
      LOG.warn("Abdication attempt no.{} failed, will try again {}", attempts, label);
      attempt();
      return;
    }
    LOG.warn(
        "Abdication failed too many times consecutively ({}), aborting retries {}",
        attempts,
        label);
    pending.fail(waiting, "no other node took over to order this node's removal");
    waiting = null;
  }

  /// Gives the configuration to a new leader.
  void newLeader(long leader, long term) throws InterruptedException {
    if (waiting == null || leader == node.id()) {
      return;
    }
    LOG.info("Leader has been transferred from {} to {} {}", node.id(), leader, label);
    pending.handedOver(waiting, term);
    cluster.handOver(leader, waiting.envelope(), waiting.configSequence());
    waiting = null;
  }
}
