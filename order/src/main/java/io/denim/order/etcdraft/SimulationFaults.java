package io.denim.order.etcdraft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Which faults a simulated channel suffers, how often and how badly: each seed has its own
/// mixture. Used by one thread.
final class SimulationFaults {
  private static final long MILLI = 1_000_000;

  private final Random random;
  private final int lossPerMille;
  private final int doublePerMille;
  private final int crashWeight;
  private final int linkWeight;
  private final int diskWeight;
  private final int clockWeight;
  private final int pauseWeight;
  private final int writeCrashes;
  private final int membershipPerMille;
  private final long maxLatency;
  private final long submitNanos;
  private final Set<Link> cut = new HashSet<>();
  private final Map<Long, Long> slow = new HashMap<>();
  private boolean over;

  /// What happens next.
  enum Fault {
    CRASH_OR_START,
    LINKS,
    MEND_LINKS,
    SLOW_DISK,
    CLOCK,
    PAUSE,
    NOTHING
  }

  /// One direction between two nodes.
  private record Link(long from, long to) {}

  SimulationFaults(Random random) {
    this.random = random;
    this.lossPerMille = sometimes(60);
    this.doublePerMille = sometimes(40);
    this.crashWeight = sometimes(10);
    this.linkWeight = sometimes(10);
    this.diskWeight = sometimes(5);
    this.clockWeight = sometimes(5);
    this.pauseWeight = sometimes(5);
    this.writeCrashes = sometimes(2);
    this.membershipPerMille = sometimes(60);
    this.maxLatency = (1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 40)) * MILLI;
    this.submitNanos = (20 + random.nextInt(300)) * MILLI;
  }

  private int sometimes(int most) {
    return random.nextInt(3) == 0 ? 0 : random.nextInt(most + 1);
  }

  boolean areOver() {
    return over;
  }

  void end() {
    over = true;
    cut.clear();
    slow.clear();
  }

  boolean strikes(int perMille) {
    return !over && writeCrashes > 0 && random.nextInt(1_000) < perMille * writeCrashes;
  }

  boolean losesMessage() {
    return !over && random.nextInt(1_000) < lossPerMille;
  }

  boolean doublesMessage() {
    return !over && random.nextInt(1_000) < doublePerMille;
  }

  long latency() {
    return over ? MILLI : MILLI / 2 + random.nextLong(maxLatency);
  }

  /// Envelopes go over a stream of their own, which is fast or broken.
  long forwardLatency() {
    return MILLI / 2 + random.nextLong(20 * MILLI);
  }

  long syncNanos(long node) {
    Long slowness = slow.get(node);
    return slowness == null
        ? MILLI + random.nextLong(4 * MILLI)
        : slowness / 2 + random.nextLong(slowness);
  }

  int membershipPerMille() {
    return membershipPerMille;
  }

  /// Most time between two envelopes.
  long submitNanos() {
    return submitNanos;
  }

  /// Most time between two faults.
  long strikeNanos() {
    return 2_000 * MILLI;
  }

  boolean isCut(long from, long to) {
    return cut.contains(new Link(from, to));
  }

  Fault next() {
    int drawn =
        random.nextInt(crashWeight + 2 * linkWeight + diskWeight + clockWeight + pauseWeight + 5);
    drawn -= crashWeight;
    if (drawn < 0) {
      return Fault.CRASH_OR_START;
    }
    drawn -= linkWeight;
    if (drawn < 0) {
      return Fault.LINKS;
    }
    drawn -= linkWeight;
    if (drawn < 0) {
      return Fault.MEND_LINKS;
    }
    drawn -= diskWeight;
    if (drawn < 0) {
      return Fault.SLOW_DISK;
    }
    drawn -= clockWeight;
    if (drawn < 0) {
      return Fault.CLOCK;
    }
    return drawn - pauseWeight < 0 ? Fault.PAUSE : Fault.NOTHING;
  }

  /// Cuts links at random: between two halves, or around one node, or one by one in one direction.
  ///
  /// @return what it did, to be read
  String cutLinks(Set<Long> nodes) {
    int kind = random.nextInt(3);
    Set<Long> side = new HashSet<>();
    for (long node : nodes) {
      if (random.nextBoolean()) {
        side.add(node);
      }
    }
    for (long from : nodes) {
      for (long to : nodes) {
        boolean chosen =
            switch (kind) {
              case 0 -> side.contains(from) != side.contains(to);
              case 1 -> side.contains(from) && !side.contains(to); // one way
              default -> random.nextInt(4) == 0;
            };
        if (from != to && chosen) {
          cut.add(new Link(from, to));
        }
      }
    }
    return switch (kind) {
      case 0 -> "cut off from the others: " + side;
      case 1 -> "cannot send to the others: " + side;
      default -> "links are cut: " + cut;
    };
  }

  void mendLinks() {
    cut.clear();
  }

  /// @return what it did, to be read
  String slowDisk(long node) {
    if (slow.remove(node) != null) {
      return "the disk of node " + node + " is fast again";
    }
    long nanos = (50 + random.nextInt(1_500)) * MILLI;
    slow.put(node, nanos);
    return "the disk of node " + node + " takes " + nanos / MILLI + " ms";
  }
}
