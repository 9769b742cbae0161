package io.denim.cli.ledgerutil;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Of many differences the earliest ones, as many as asked for. Used by one thread.
final class EarliestDifferences {
  private static final Comparator<Difference> EARLIER =
      (one, other) -> {
        int blocks = Long.compareUnsigned(one.block(), other.block());
        return blocks != 0 ? blocks : Long.compareUnsigned(one.transaction(), other.transaction());
      };

  private final int most;
  private final PriorityQueue<Difference> latestFirst = new PriorityQueue<>(EARLIER.reversed());

  EarliestDifferences(int most) {
    this.most = most;
  }

  void add(Difference difference) {
    if (most == 0) {
      return;
    }
    latestFirst.add(difference);
    if (latestFirst.size() > most) {
      latestFirst.remove();
    }
  }

  List<Difference> inOrder() {
    List<Difference> all = new ArrayList<>(latestFirst);
    all.sort(EARLIER);
    return all;
  }
}
