package io.denim.benchmarks;

import io.denim.consensus.Bytes;
import io.denim.consensus.ConfChange;
import io.denim.consensus.Entry;
import io.denim.consensus.Message;
import io.denim.consensus.RaftNode;
import io.denim.consensus.RaftOptions;
import io.denim.consensus.Ready;
import io.denim.consensus.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What the core itself costs a proposal of 1 KiB that three nodes agree on, without disk and
/// network.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class RaftBenchmark {
  private static final int PROPOSALS = 100;
  private static final int KEPT = 1_000;
  private static final Bytes PROPOSAL = Bytes.wrap(new byte[1024]);
  private static final List<Long> VOTERS = List.of(1L, 2L, 3L);

  private final List<RaftNode> nodes = new ArrayList<>();
  private final ArrayDeque<Message> network = new ArrayDeque<>();
  private long committed;

  @Setup
  public void elect() {
    List<Bytes> joins = VOTERS.stream().map(id -> Bytes.wrap(new byte[] {id.byteValue()})).toList();
    for (long id : VOTERS) {
      nodes.add(
          RaftNode.bootstrap(
              new RaftOptions(id, 10, 1, 1 << 20, 5, 1 << 30), VOTERS, joins, new Random(id)));
    }
    settle();
    nodes.getFirst().campaign();
    settle();
  }

  @Benchmark
  @OperationsPerInvocation(PROPOSALS)
  public long replicate() {
    for (int i = 0; i < PROPOSALS; i++) {
      if (!nodes.getFirst().propose(PROPOSAL)) {
        throw new IllegalStateException("the leader takes no proposal");
      }
    }
    settle();
    return committed;
  }

  private void settle() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (RaftNode node : nodes) {
        while (node.hasReady()) {
          busy = true;
          work(node);
        }
      }
      for (Message message = network.poll(); message != null; message = network.poll()) {
        busy = true;
        nodes.get((int) message.to() - 1).step(message);
      }
    }
  }

  private void work(RaftNode node) {
    Ready ready = node.ready();
    network.addAll(ready.messages());
    network.addAll(ready.replies());
    for (Entry entry : ready.committed()) {
      if (entry.type() == Entry.Type.CONF_CHANGE) {
        node.applyConfChange(new ConfChange(ConfChange.Kind.ADD, entry.data().toArray()[0]));
      }
      committed = entry.index();
    }
    node.advance();
    long applied = node.appliedIndex();
    if (applied - node.firstIndex() > 2 * KEPT) {
      node.compact(
          new Snapshot(applied, node.termAt(applied), node.confState(), Bytes.EMPTY),
          applied - KEPT);
    }
  }
}
