package io.denim.order.etcdraft;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which consenters answer the leader, as this node knows it: by its own count where it leads, else
/// by what the leader tells (fabric v3.1.5 orderer/consensus/etcdraft/tracker.go). Reads are safe
/// for any thread; a leader's count is the chain's thread's.
final class ActiveNodes {
  private static final int STABLE_TICKS = 3;

  private final RaftMetrics metrics;
  private volatile Set<Long> nodes = Set.of();
  private int stable;

  ActiveNodes(RaftMetrics metrics) {
    this.metrics = metrics;
  }

  Set<Long> nodes() {
    return nodes;
  }

  /// Takes a leader's count.
  ///
  /// @return what to tell the others, once it has been the same for some ticks
  Optional<Collection<Long>> observed(List<Long> counted) {
    boolean same = counted.size() == nodes.size();
    nodes = Set.copyOf(counted);
    stable = same ? stable + 1 : 0;
    if (stable <= STABLE_TICKS) {
      return Optional.empty();
    }
    stable = 0;
    metrics.activeNodes().set(counted.size());
    return Optional.of(new TreeSet<>(counted));
  }

  /// Takes what the leader tells.
  void told(Collection<Long> told) {
    nodes = Set.copyOf(new TreeSet<>(told));
    metrics.activeNodes().set(nodes.size());
  }

  /// There is no leader who would know.
  void unknown() {
    if (!nodes.isEmpty()) {
      nodes = Set.of();
      metrics.activeNodes().set(0);
    }
  }
}
