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
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies what Raft committed: blocks are written, several with one sync, with the channel's
/// membership and the Raft index beside each signature; changes of membership are followed (fabric
/// v3.1.5 orderer/consensus/etcdraft/chain.go, apply, writeBlock, writeConfigBlock). Owned by the
/// chain's thread.
final class RaftLedger {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");

  private static final ConfigGroup NO_GROUP = ConfigGroup.getDefaultInstance();
  private static final ConfigValue NO_VALUE = ConfigValue.getDefaultInstance();
  private static final long DEFAULT_SNAPSHOT_BYTES = 16 << 20;

  private final String label;
  private final long self;
  private final ChainSupport support;
  private final RaftNode node;
  private final Cluster cluster;
  private final RaftMetrics metrics;
  private final PendingEnvelopes pending;
  private final List<Block> blocks = new ArrayList<>();
  private final List<ByteString> metadata = new ArrayList<>();
  private volatile Membership membership; // read by other threads
  private long appliedIndex;
  private long nextNumber;
  private long bytesSinceSnapshot;
  private Bytes lastBlockData = Bytes.EMPTY;
  private boolean evicted;
  private long snapshotBytes;
  private long appliedTerm;
  private long fetchTarget; // the block up to which others' blocks are fetched; 0 while none are
  private long fetchEnd; // of those that are asked for
  private long fetchedTerm; // of the newest snapshot
  private Written written = config -> {};

  /// Who hears of written blocks.
  interface Written {
    void block(boolean config);
  }

  /// @param pending hear of what is written
  RaftLedger(
      String label,
      long snapshotBytes,
      RaftNode node,
      RaftReplica.Ports ports,
      Membership membership,
      PendingEnvelopes pending) {
    this.label = label;
    this.snapshotBytes = snapshotBytes == 0 ? DEFAULT_SNAPSHOT_BYTES : snapshotBytes;
    this.self = node.id();
    this.support = ports.support();
    this.node = node;
    this.cluster = ports.cluster();
    this.metrics = ports.metrics();
    this.membership = membership;
    this.pending = pending;
    this.appliedIndex = membership.metadata().getRaftIndex();
    this.nextNumber = support.lastBlock().getHeader().getNumber() + 1;
    metrics.committedBlockNumber().set((double) (nextNumber - 1));
  }

  void whenWritten(Written told) {
    written = told;
  }

  Membership membership() {
    return membership;
  }

  long bytesSinceSnapshot() {
    return bytesSinceSnapshot;
  }

  /// Of blocks between two snapshots.
  long snapshotBytes() {
    return snapshotBytes;
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
      if (entry.term() > appliedTerm) {
        flush();
        newTerm(entry.term());
      }
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

  /// Whatever was proposed in earlier terms has been applied by now, or never will be.
  private void newTerm(long term) {
    appliedTerm = term;
    pending.failBefore(term);
  }

  /// What a snapshot at the applied entry holds, once a block was applied since the last one.
  Optional<Bytes> snapshotData() {
    return lastBlockData.isEmpty() ? Optional.empty() : Optional.of(lastBlockData);
  }

  void snapshotTaken() {
    bytesSinceSnapshot = 0;
  }

  /// Begins to fetch the blocks up to a snapshot's from other orderers. Until they are here, no
  /// committed entry is applied; Raft goes on otherwise.
  void catchUp(Snapshot snapshot) {
    Block last = parse(snapshot.data());
    long target = last.getHeader().getNumber();
    appliedIndex = Math.max(appliedIndex, snapshot.index());
    fetchedTerm = Math.max(fetchedTerm, snapshot.term());
    if (target < nextNumber) {
      LOG.info("Snapshot is at block [{}], no sync needed {}", target, label);
      if (!isCatchingUp()) {
        newTerm(Math.max(appliedTerm, fetchedTerm));
      }
      return;
    }
    LOG.info(
        "Catching up with snapshot taken at block [{}], starting from block [{}] {}",
        target,
        nextNumber,
        label);
    fetchTo(target);
  }

  /// Begins to fetch blocks up to one that others have, of which this node heard by another way
  /// than Raft.
  void catchUpTo(long target) {
    if (target >= nextNumber) {
      LOG.info(
          "Received artificial snapshot to trigger catchup to block [{}], starting from block [{}]"
              + " {}",
          target,
          nextNumber,
          label);
      fetchTo(target);
    }
  }

  /// Whether blocks that others have are being fetched.
  boolean isCatchingUp() {
    return fetchTarget > 0;
  }

  private void fetchTo(long target) {
    boolean isUnderWay = isCatchingUp();
    fetchTarget = Math.max(fetchTarget, target);
    if (!isUnderWay) {
      fetch();
    }
  }

  private void fetch() {
    node.holdCommitted(true);
    fetchEnd = fetchTarget;
    cluster.pull(nextNumber, fetchEnd);
  }

  /// Writes a block that was fetched.
  void fetched(Block block) {
    long number = block.getHeader().getNumber();
    if (!isCatchingUp() || number != nextNumber) {
      LOG.debug("Block [{}] was fetched, but is not wanted any more {}", number, label);
      return;
    }
    write(block, Math.max(membership.metadata().getRaftIndex(), raftIndexOf(block)));
    flush();
    if (number < fetchEnd) {
      return;
    }
    if (fetchEnd < fetchTarget) {
      fetch(); // another snapshot came meanwhile
      return;
    }
    LOG.info("Finished syncing with cluster up to and including block [{}] {}", number, label);
    fetchTarget = 0;
    cluster.endPull();
    node.holdCommitted(false);
    newTerm(Math.max(appliedTerm, fetchedTerm));
  }

  /// The Raft index that another orderer wrote beside a block; 0 if it is not there.
  private static long raftIndexOf(Block block) {
    try {
      return BlockMetadata.parseFrom(
              Metadata.parseFrom(Blocks.ordererMetadata(block).getConsenterMetadata()).getValue())
          .getRaftIndex();
    } catch (InvalidProtocolBufferException e) {
      return 0;
    }
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
      if (unappliedChange().isEmpty()) {
        cluster.configure(membership.consenters());
      } // else once the change is applied, so that whoever leaves hears of it
    }
  }

  private void flush() {
    if (blocks.isEmpty()) {
      return;
    }
    support.write(List.copyOf(blocks), List.copyOf(metadata));
    metrics.committedBlockNumber().set((double) (nextNumber - 1));
    for (Block block : blocks) {
      written.block(ConfigBlocks.isConfigBlock(block));
      pending.written(block);
    }
    blocks.clear();
    metadata.clear();
  }

  private void follow(Block configBlock) {
    Optional<ConfigMetadata> updated = metadataOf(configBlock);
    if (updated.isEmpty()) {
      return;
    }
    long interval = Integer.toUnsignedLong(updated.get().getOptions().getSnapshotIntervalSize());
    if (interval != 0 && interval != snapshotBytes) {
      LOG.info(
          "Update snapshot interval size to {} bytes (was {}) {}", interval, snapshotBytes, label);
      snapshotBytes = interval;
    }
    Membership.Change change = membership.updated(updated.get().getConsentersList());
    membership = change.next();
    metrics.clusterSize().set(membership.consenters().size());
    if (change.change().isPresent()) {
      LOG.info(
          "Config block just committed {} node {}, pause accepting transactions till config change"
              + " is applied {}",
          change.change().get().kind() == ConfChange.Kind.ADD ? "adds" : "removes",
          change.change().get().node(),
          label);
    }
  }

  private static Optional<ConfigMetadata> metadataOf(Block block) {
    try {
      return metadataOf(ConfigBlocks.configOf(block));
    } catch (ChannelConfigException e) {
      throw new IllegalStateException(
          "config block " + block.getHeader().getNumber() + " was ordered but does not parse", e);
    }
  }

  /// Raft's part of a configuration; empty where the configuration changes to another consensus.
  ///
  /// @throws ChannelConfigException if there is none that parses
  static Optional<ConfigMetadata> metadataOf(ConfigEnvelope config) throws ChannelConfigException {
    try {
      ConfigGroup orderer =
          config.getConfig().getChannelGroup().getGroupsOrDefault(ConfigKeys.ORDERER, NO_GROUP);
      var type =
          org.hyperledger.fabric.protos.orderer.ConsensusType.parseFrom(
              orderer.getValuesOrDefault(ConfigKeys.CONSENSUS_TYPE, NO_VALUE).getValue());
      return type.getType().equals(ConsensusType.ETCD_RAFT)
          ? Optional.of(ConfigMetadata.parseFrom(type.getMetadata()))
          : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelConfigException("the consensus type does not parse: " + e.getMessage());
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
