package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.channelconfig.ConfigKeys;
import io.denim.channelconfig.ConsensusType;
import io.denim.consensus.Bytes;
import io.denim.consensus.ConfChange;
import io.denim.consensus.Entry;
import io.denim.consensus.RaftNode;
import io.denim.consensus.Snapshot;
import io.denim.order.ChainSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies what Raft committed: blocks are written, several with one sync, with the channel's
/// membership and the Raft index beside each signature; changes of membership are followed (fabric
/// v3.1.5 orderer/consensus/etcdraft/chain.go, apply, writeBlock, writeConfigBlock). Owned by the
/// chain's thread.
final class RaftLedger {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");

  private final String label;
  private final long self;
  private final ChainSupport support;
  private final RaftNode node;
  private final Cluster cluster;
  private final Written written;
  private final List<Block> blocks = new ArrayList<>();
  private final List<ByteString> metadata = new ArrayList<>();
  private Membership membership;
  private long appliedIndex;
  private long nextNumber;
  private long bytesSinceSnapshot;
  private Bytes lastBlockData = Bytes.EMPTY;
  private boolean evicted;

  /// Who hears of written blocks.
  interface Written {
    void block(boolean config);
  }

  RaftLedger(
      String label,
      RaftNode node,
      ChainSupport support,
      Cluster cluster,
      Membership membership,
      Written written) {
    this.label = label;
    this.self = node.id();
    this.support = support;
    this.node = node;
    this.cluster = cluster;
    this.membership = membership;
    this.written = written;
    this.appliedIndex = membership.metadata().getRaftIndex();
    this.nextNumber = support.lastBlock().getHeader().getNumber() + 1;
  }

  Membership membership() {
    return membership;
  }

  long bytesSinceSnapshot() {
    return bytesSinceSnapshot;
  }

  /// Whether this node is no longer a member.
  boolean isEvicted() {
    return evicted;
  }

  /// What Raft must still be told of the membership that the newest configuration has.
  Optional<ConfChange> unappliedChange() {
    Set<Long> configured = new TreeSet<>(membership.metadata().getConsenterIdsList());
    Set<Long> voters = new TreeSet<>(node.confState().voters());
    for (long id : configured) {
      if (!voters.contains(id)) {
        return Optional.of(new ConfChange(ConfChange.Kind.ADD, id));
      }
    }
    for (long id : voters) {
      if (!configured.contains(id)) {
        return Optional.of(new ConfChange(ConfChange.Kind.REMOVE, id));
      }
    }
    return Optional.empty();
  }

  void apply(List<Entry> entries) {
    for (Entry entry : entries) {
      switch (entry.type()) {
        case CONF_CHANGE -> {
          flush();
          applyConfChange(entry);
        }
        case NORMAL -> {
          if (!entry.data().isEmpty()) {
            applyBlock(entry);
          }
        }
      }
      appliedIndex = Math.max(appliedIndex, entry.index());
    }
    flush();
  }

  /// What a snapshot at the applied entry holds, once a block was applied since the last one.
  Optional<Bytes> snapshotData() {
    return lastBlockData.isEmpty() ? Optional.empty() : Optional.of(lastBlockData);
  }

  void snapshotTaken() {
    bytesSinceSnapshot = 0;
  }

  /// Fetches the blocks up to a snapshot's from other orderers.
  void catchUp(Snapshot snapshot) throws InterruptedException {
    Block last = parse(snapshot.data());
    long target = last.getHeader().getNumber();
    appliedIndex = Math.max(appliedIndex, snapshot.index());
    if (target < nextNumber) {
      LOG.info("Snapshot is at block [{}], no sync needed {}", target, label);
      return;
    }
    LOG.info(
        "Catching up with snapshot taken at block [{}], starting from block [{}] {}",
        target,
        nextNumber,
        label);
    cluster.pull(
        nextNumber,
        target,
        block -> {
          write(block, snapshot.index());
          flush();
        });
    LOG.info("Finished syncing with cluster up to and including block [{}] {}", target, label);
  }

  private void applyConfChange(Entry entry) {
    ConfChange change;
    try {
      change = RaftCodec.confChange(entry.data());
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("Failed to unmarshal ConfChange data: {} {}", e.getMessage(), label);
      change = new ConfChange(ConfChange.Kind.NONE, 0);
    }
    List<Long> voters = node.applyConfChange(change).voters();
    LOG.info(
        "Applied config change to {} node {}, current nodes in channel: {} {}",
        change.kind() == ConfChange.Kind.REMOVE ? "remove" : "add",
        change.node(),
        voters,
        label);
    if (entry.index() > appliedIndex) {
      cluster.configure(membership.consenters());
      if (change.kind() == ConfChange.Kind.REMOVE && change.node() == self) {
        LOG.info("This node is being removed from replica set {}", label);
        evicted = true;
      }
    }
  }

  private void applyBlock(Entry entry) {
    bytesSinceSnapshot += entry.data().size();
    if (entry.index() <= appliedIndex) {
      return;
    }
    lastBlockData = entry.data();
    Block block = parse(entry.data());
    long number = block.getHeader().getNumber();
    if (number < nextNumber) {
      LOG.info(
          "Got block [{}], expect block [{}], this node was forced to catch up {}",
          number,
          nextNumber,
          label);
      return;
    }
    if (number > nextNumber) {
      throw new IllegalStateException(
          "Got block [" + number + "], expect block [" + nextNumber + "]");
    }
    LOG.debug("Writing block [{}] (Raft index: {}) to ledger {}", number, entry.index(), label);
    write(block, entry.index());
  }

  private void write(Block block, long index) {
    boolean config = ConfigBlocks.isConfigBlock(block);
    if (config) {
      flush();
      follow(block);
    }
    membership = membership.withRaftIndex(index);
    blocks.add(block);
    metadata.add(membership.metadata().toByteString());
    nextNumber = block.getHeader().getNumber() + 1;
    if (config) {
      flush();
      cluster.configure(membership.consenters());
    }
  }

  private void flush() {
    if (blocks.isEmpty()) {
      return;
    }
    support.write(List.copyOf(blocks), List.copyOf(metadata));
    for (Block block : blocks) {
      written.block(ConfigBlocks.isConfigBlock(block));
    }
    blocks.clear();
    metadata.clear();
  }

  private void follow(Block configBlock) {
    Optional<ConfigMetadata> updated = metadataOf(configBlock);
    if (updated.isEmpty()) {
      return;
    }
    Membership.Change change = membership.updated(updated.get().getConsentersList());
    membership = change.next();
    if (change.change().isPresent()) {
      LOG.info(
          "Config block just committed changes the consenter set ({} node {}), pause accepting"
              + " transactions till config change is applied {}",
          change.change().get().kind(),
          change.change().get().node(),
          label);
    }
  }

  /// Raft's part of a configuration; empty where the configuration changes to another consensus.
  private static Optional<ConfigMetadata> metadataOf(Block block) {
    try {
      ConfigGroup orderer =
          ConfigBlocks.configOf(block)
              .getConfig()
              .getChannelGroup()
              .getGroupsOrThrow(ConfigKeys.ORDERER);
      var type =
          org.hyperledger.fabric.protos.orderer.ConsensusType.parseFrom(
              orderer.getValuesOrThrow(ConfigKeys.CONSENSUS_TYPE).getValue());
      return type.getType().equals(ConsensusType.ETCD_RAFT)
          ? Optional.of(ConfigMetadata.parseFrom(type.getMetadata()))
          : Optional.empty();
    } catch (ChannelConfigException | InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "config block " + block.getHeader().getNumber() + " was ordered but does not parse", e);
    }
  }

  private static Block parse(Bytes data) {
    try {
      return Block.parseFrom(RaftCodec.content(data));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a committed entry does not parse as a block", e);
    }
  }
}
