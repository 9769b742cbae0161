package io.denim.order.etcdraft;

import com.google.errorprone.annotations.FormatMethod;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.consensus.Entry;
import io.denim.consensus.RaftNode;
import io.denim.consensus.Role;
import io.denim.order.Submission;
import io.denim.wire.BlockHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// What must hold of a simulated channel after each step. Of Raft: one leader a term, terms never
/// fall, a leader has all that is committed, committed entries agree, logs match. Of the chain:
/// nodes agree on blocks and on the consenters beside them, no number is skipped, the hash chain is
/// whole, what was acknowledged is in a block, nothing is in two, nothing was made up. Used by one
/// thread.
final class SimulationInvariants {
  private static final long UNKNOWN = -1;
  private static final int LOG_MATCHING_EVERY = 64;

  private final SortedMap<Long, SimulatedOrderer> nodes;
  private final Map<Long, Long> leaderOfTerm = new HashMap<>();
  private final Map<Long, RaftNode> seen = new HashMap<>();
  private final Map<Long, Long> termOf = new HashMap<>();
  private final Map<Long, Long> checkedTo = new HashMap<>();
  private final List<Long> agreedTerms = new ArrayList<>(); // by index, of committed entries
  private final List<Block> agreed = new ArrayList<>();
  private final List<ByteString> metadata = new ArrayList<>();
  private final Set<ByteString> ordered = new HashSet<>();
  private final Set<ByteString> submitted = new HashSet<>();
  private final Set<ByteString> acknowledged = new HashSet<>();
  private int refused;
  private int steps;
  private int acknowledgedBefore;
  private long newestConfig;

  SimulationInvariants(SortedMap<Long, SimulatedOrderer> nodes, Block genesis) {
    this.nodes = nodes;
    agreed.add(genesis);
    metadata.add(ByteString.EMPTY);
    agreedTerms.add(0L);
  }

  int height() {
    return agreed.size();
  }

  int acknowledged() {
    return acknowledged.size();
  }

  int refused() {
    return refused;
  }

  long newestConfig() {
    return newestConfig;
  }

  List<Block> chain() {
    return List.copyOf(agreed);
  }

  ByteString newestMetadata() {
    return metadata.getLast();
  }

  List<Block> blocks(long from, long to) {
    require(to < agreed.size(), "block %d is fetched, of %d", to, agreed.size());
    return List.copyOf(agreed.subList((int) from, (int) to + 1));
  }

  // Clients

  void submitted(Envelope envelope) {
    submitted.add(envelope.toByteString());
  }

  void answered(Envelope envelope, boolean config, Submission outcome) {
    switch (outcome) {
      case Submission.Accepted accepted -> {
        ByteString bytes = envelope.toByteString();
        require(ordered.contains(bytes), "an envelope is acknowledged and in no block: %s", config);
        acknowledged.add(bytes);
      }
      case Submission.Unavailable(String reason) -> refused++;
    }
  }

  // Blocks

  /// A node wrote a block.
  ///
  /// @return the id of a node that the block makes a consenter
  Optional<Long> written(long node, Block block, ByteString beside) {
    int number = (int) block.getHeader().getNumber();
    require(number <= agreed.size(), "node %d skips to block %d", node, number);
    int own = nodes.containsKey(node) ? nodes.get(node).height() - 1 : number;
    require(number == own, "node %d writes block %d as block %d", node, number, own);
    if (number < agreed.size()) {
      require(block.equals(agreed.get(number)), "node %d has another block %d", node, number);
      require(
          ids(beside).equals(ids(metadata.get(number))),
          "node %d has other consenters beside block %d",
          node,
          number);
      return Optional.empty();
    }
    ByteString previous = BlockHash.ofHeader(agreed.getLast().getHeader());
    require(
        block.getHeader().getPreviousHash().equals(previous)
            && block.getHeader().getDataHash().equals(BlockHash.ofData(block.getData())),
        "block %d breaks the hash chain",
        number);
    for (ByteString envelope : block.getData().getDataList()) {
      require(submitted.contains(envelope), "block %d holds what nobody submitted", number);
      require(ordered.add(envelope), "block %d holds an envelope again", number);
    }
    agreed.add(block);
    metadata.add(beside);
    return ConfigBlocks.isConfigBlock(block) ? joined(number) : Optional.empty();
  }

  private Optional<Long> joined(int number) {
    newestConfig = number;
    List<Long> before = ids(metadata.get(number - 1));
    return ids(metadata.get(number)).stream()
        .filter(id -> !before.contains(id) && !nodes.containsKey(id))
        .findFirst();
  }

  private static List<Long> ids(ByteString metadata) {
    try {
      return BlockMetadata.parseFrom(metadata).getConsenterIdsList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("a block's metadata does not parse", e);
    }
  }

  // Raft

  void check() {
    steps++;
    for (SimulatedOrderer node : nodes.values()) {
      if (node.isUp()) {
        check(node.id(), node.raft());
      }
    }
    if (steps % LOG_MATCHING_EVERY == 0) {
      checkLogMatching();
    }
  }

  private void check(long id, RaftNode raft) {
    if (seen.put(id, raft) != raft) {
      termOf.remove(id); // it started anew, from what it had synced
      checkedTo.remove(id);
    }
    long term = raft.hardState().term();
    require(term >= termOf.getOrDefault(id, 0L), "the term of node %d falls to %d", id, term);
    termOf.put(id, term);
    long commit = raft.hardState().commit();
    long from = Math.max(checkedTo.getOrDefault(id, 0L) + 1, raft.firstIndex() - 1);
    for (long index = from; index <= commit; index++) {
      committed(id, index, raft.termAt(index));
    }
    checkedTo.put(id, commit);
    if (raft.softState().role() == Role.LEADER) {
      Long other = leaderOfTerm.putIfAbsent(term, id);
      require(
          other == null || other == id, "nodes %d and %d both lead in term %d", other, id, term);
      if (other == null) {
        checkCompleteness(id, raft);
      }
    }
  }

  private void committed(long id, long index, long term) {
    if (term < 0) {
      return; // forgotten
    }
    while (index >= agreedTerms.size()) {
      agreedTerms.add(UNKNOWN); // committed and compacted in one step
    }
    long known = agreedTerms.get((int) index);
    if (known == UNKNOWN) {
      agreedTerms.set((int) index, term);
    } else {
      require(known == term, "entry %d has term %d at node %d, not %d", index, term, id, known);
    }
  }

  private void checkCompleteness(long id, RaftNode leader) {
    int last = agreedTerms.size() - 1;
    require(leader.lastIndex() >= last, "leader %d lacks committed entry %d", id, last);
    for (long index = leader.firstIndex(); index <= last; index++) {
      long term = leader.termAt(index);
      long known = agreedTerms.get((int) index);
      require(
          known == UNKNOWN || term == known,
          "leader %d has entry %d of term %d, not %d",
          id,
          index,
          term,
          known);
    }
  }

  /// Two logs that have an entry of one index and term are the same up to it.
  private void checkLogMatching() {
    List<RaftNode> up =
        nodes.values().stream().filter(SimulatedOrderer::isUp).map(SimulatedOrderer::raft).toList();
    for (int i = 1; i < up.size(); i++) {
      RaftNode one = up.get(i - 1);
      RaftNode other = up.get(i);
      long first = Math.max(one.firstIndex(), other.firstIndex());
      long index = Math.min(one.lastIndex(), other.lastIndex());
      while (index >= first && one.termAt(index) != other.termAt(index)) {
        index--;
      }
      if (index >= first) {
        List<Entry> mine = one.entriesAfter(first - 1).subList(0, (int) (index - first) + 1);
        List<Entry> theirs = other.entriesAfter(first - 1).subList(0, (int) (index - first) + 1);
        require(
            mine.equals(theirs),
            "the logs of %d and %d differ below %d",
            one.id(),
            other.id(),
            index);
      }
    }
  }

  // The end

  /// From now on everything is whole.
  void healed() {
    acknowledgedBefore = acknowledged.size();
  }

  /// Everything has been whole for long: whoever is a consenter has all blocks, whoever is none has
  /// left, and envelopes that were submitted since are ordered.
  void checkHealed(long now) {
    List<Long> consenters = ids(metadata.getLast());
    for (SimulatedOrderer node : nodes.values()) {
      boolean member = consenters.isEmpty() || consenters.contains(node.id());
      if (member) {
        require(node.isUp(), "node %d is down in the end, at %d", node.id(), now);
        require(
            node.height() == agreed.size(),
            "node %d has %d blocks of %d in the end",
            node.id(),
            node.height(),
            agreed.size());
      } else {
        require(!node.isUp(), "node %d did not notice that it was removed", node.id());
      }
    }
    for (long id : consenters) {
      require(nodes.containsKey(id), "consenter %d was never started", id);
    }
    require(
        acknowledged.size() > acknowledgedBefore,
        "nothing was ordered after everything had healed");
  }

  void finish(SimulatedNetwork network) {
    for (ByteString bytes : acknowledged) {
      require(ordered.contains(bytes), "an acknowledged envelope is lost");
    }
    List<Consenter> configured =
        SimulatedNetwork.metadata(network.config(agreed.get((int) newestConfig)))
            .getConsentersList();
    int ids = ids(metadata.getLast()).size();
    require(
        ids == 0 || ids == configured.size(), "%d ids for %d consenters", ids, configured.size());
  }

  @FormatMethod
  private static void require(boolean condition, String format, Object... values) {
    if (!condition) {
      throw new AssertionError(String.format(format, values));
    }
  }
}
