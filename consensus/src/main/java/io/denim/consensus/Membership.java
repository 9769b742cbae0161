package io.denim.consensus;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The voters, the progress of each and the votes of the current election (etcd raft v3
/// tracker/tracker.go, quorum/majority.go). Used by the node's thread.
final class Membership {
  /// How an election stands.
  enum Tally {
    PENDING,
    WON,
    LOST
  }

  private final int window;
  private final SortedMap<Long, Progress> progress = new TreeMap<>();
  private final Map<Long, Boolean> votes = new HashMap<>();

  Membership(int window) {
    this.window = window;
  }

  void restore(ConfState state, long lastIndex) {
    progress.clear();
    for (long voter : state.voters()) {
      add(voter, lastIndex);
    }
  }

  void add(long node, long lastIndex) {
    if (!progress.containsKey(node)) {
      Progress joined = new Progress(0, Math.max(lastIndex, 1), window);
      // A node that has just joined had no chance to answer yet.
      joined.active(true);
      progress.put(node, joined);
    }
  }

  void remove(long node) {
    progress.remove(node);
  }

  void reset(long self, long lastIndex) {
    votes.clear();
    progress.replaceAll(
        (node, old) -> new Progress(node == self ? lastIndex : 0, lastIndex + 1, window));
  }

  Set<Long> voters() {
    return progress.keySet();
  }

  ConfState confState() {
    return new ConfState(List.copyOf(progress.keySet()));
  }

  Collection<Progress> all() {
    return progress.values();
  }

  boolean has(long node) {
    return progress.containsKey(node);
  }

  @Nullable Progress of(long node) {
    return progress.get(node);
  }

  /// The highest index that a majority has.
  long committed() {
    if (progress.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long[] matches = new long[progress.size()];
    int i = 0;
    for (Progress each : progress.values()) {
      matches[i++] = each.match();
    }
    Arrays.sort(matches);
    return matches[matches.length - majority()];
  }

  boolean isQuorumActive(long self) {
    int active = 0;
    for (Map.Entry<Long, Progress> entry : progress.entrySet()) {
      if (entry.getKey() == self || entry.getValue().isRecentlyActive()) {
        active++;
      }
    }
    return active >= majority();
  }

  void clearVotes() {
    votes.clear();
  }

  Tally record(long node, boolean granted) {
    votes.putIfAbsent(node, granted);
    int yes = 0;
    int no = 0;
    for (long voter : progress.keySet()) {
      Boolean vote = votes.get(voter);
      if (vote != null) {
        if (vote) {
          yes++;
        } else {
          no++;
        }
      }
    }
    if (yes >= majority()) {
      return Tally.WON;
    }
    return progress.size() - no >= majority() ? Tally.PENDING : Tally.LOST;
  }

  private int majority() {
    return progress.size() / 2 + 1;
  }
}
