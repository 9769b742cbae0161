package io.denim.consensus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node with a disk that forgets what was not synced when the node crashes.
final class SimulatedNode {
  private static final int MAX_MESSAGE_BYTES = 200;
  private static final int KEPT_BEHIND_SNAPSHOT = 3;

  /// What survives a crash.
  private record Disk(Optional<Snapshot> snapshot, HardState hardState, List<Entry> entries) {
    Disk with(Ready ready) {
      Optional<Snapshot> kept = ready.snapshot().isPresent() ? ready.snapshot() : snapshot;
      List<Entry> log = ready.snapshot().isPresent() ? new ArrayList<>() : new ArrayList<>(entries);
      if (!ready.entries().isEmpty()) {
        long from = ready.entries().getFirst().index();
        log.removeIf(entry -> entry.index() >= from);
        log.addAll(ready.entries());
      }
      return new Disk(kept, ready.hardState().orElse(hardState), log);
    }
  }

  private final RaftOptions options;
  private final Random random;
  private final Consumer<Message> network;
  private final Observer observer;
  private Disk synced = new Disk(Optional.empty(), HardState.EMPTY, List.of());
  private Disk written = synced;
  private @Nullable RaftNode node;
  private List<Long> firstVoters = List.of();
  private long appliedIndex;

  /// Who watches what happens.
  interface Observer {
    void applied(long node, Entry entry);

    void restored(long node, Snapshot snapshot);
  }

  SimulatedNode(long id, Random random, Consumer<Message> network, Observer observer) {
    this.options = new RaftOptions(id, 10, 1, MAX_MESSAGE_BYTES, 4, 4_000);
    this.random = random;
    this.network = network;
    this.observer = observer;
  }

  void bootstrap(List<Long> voters) {
    firstVoters = voters;
    List<Bytes> joins = voters.stream().map(SimulatedNode::join).toList();
    node = RaftNode.bootstrap(options, voters, joins, random);
  }

  long id() {
    return options.id();
  }

  boolean isUp() {
    return node != null;
  }

  RaftNode raft() {
    if (node == null) {
      throw new IllegalStateException("node " + id() + " is down");
    }
    return node;
  }

  void crash() {
    node = null;
    // What was written and not synced is there or not, as it happens.
    if (random.nextBoolean()) {
      synced = written;
    }
    written = synced;
  }

  void start() {
    if (!firstVoters.isEmpty() && synced.hardState().equals(HardState.EMPTY)) {
      bootstrap(firstVoters); // it failed before it had stored anything
      return;
    }
    // The owner's state is the snapshot's and is applied again from there.
    ConfState conf = synced.snapshot().map(Snapshot::confState).orElse(ConfState.EMPTY);
    appliedIndex = synced.snapshot().map(Snapshot::index).orElse(0L);
    node =
        RaftNode.restart(
            options,
            new RaftState(
                synced.snapshot(), synced.hardState(), synced.entries(), appliedIndex, conf),
            random);
  }

  /// Does everything the node wants done.
  ///
  /// @param crashBeforeSync whether the machine fails in the middle of it
  void work(boolean crashBeforeSync) {
    while (node != null && node.hasReady()) {
      Ready ready = node.ready();
      ready.messages().forEach(network);
      written = written.with(ready);
      if (crashBeforeSync) {
        crash();
        return;
      }
      if (ready.mustSync()) {
        synced = written;
      }
      ready.replies().forEach(network);
      ready
          .snapshot()
          .ifPresent(snapshot -> {
            appliedIndex = snapshot.index();
            observer.restored(id(), snapshot);
          });
      ready.committed().forEach(this::apply);
      raft().advance();
    }
  }

  private void apply(Entry entry) {
    if (entry.index() != appliedIndex + 1) {
      throw new AssertionError(
          "node " + id() + " applies entry " + entry.index() + " after entry " + appliedIndex);
    }
    appliedIndex = entry.index();
    if (entry.isConfChange()) {
      raft().applyConfChange(change(entry.data()));
    }
    observer.applied(id(), entry);
  }

  /// Makes a snapshot of what is applied and forgets most of the log.
  void compact() {
    if (node == null || node.appliedIndex() < 5) {
      return;
    }
    long index = node.appliedIndex();
    if (node.termAt(index) == -1 || synced.snapshot().map(Snapshot::index).orElse(0L) >= index) {
      return;
    }
    var snapshot = new Snapshot(index, node.termAt(index), node.confState(), Bytes.EMPTY);
    long upTo = Math.max(node.firstIndex() - 1, index - KEPT_BEHIND_SNAPSHOT);
    node.compact(snapshot, upTo);
    List<Entry> kept = written.entries().stream().filter(entry -> entry.index() > upTo).toList();
    written =
        new Disk(
            Optional.of(snapshot),
            new HardState(
                written.hardState().term(),
                written.hardState().vote(),
                Math.max(index, written.hardState().commit())),
            kept);
    synced = written;
  }

  static Bytes join(long id) {
    return change(new ConfChange(ConfChange.Kind.ADD, id));
  }

  static Bytes change(ConfChange change) {
    return Bytes.wrap(
        ByteBuffer.allocate(9).put((byte) change.kind().ordinal()).putLong(change.node()).array());
  }

  private static ConfChange change(Bytes data) {
    ByteBuffer buffer = data.buffer();
    return new ConfChange(ConfChange.Kind.values()[buffer.get()], buffer.getLong());
  }
}
