package io.denim.order.etcdraft;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node that knows no leader for long may have been removed from the channel without hearing of
/// it, because nobody sends to it any more. After each such time it is to ask the others (fabric
/// v3.1.5 orderer/consensus/etcdraft/eviction.go). Owned by the chain's thread.
final class EvictionSuspicion {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final double NANOS_A_SECOND = 1e9;

  private final String label;
  private final long threshold;
  private boolean leaderless;
  private long since;
  private int asked;

  EvictionSuspicion(String label, Duration threshold) {
    this.label = label;
    this.threshold = threshold.toNanos();
  }

  /// Whether others are to be asked now.
  ///
  /// @param now in nanoseconds
  /// @param leader 0 for none known
  boolean isDue(long now, long leader) {
    if (leader != 0) {
      leaderless = false;
      return false;
    }
    if (!leaderless) {
      leaderless = true;
      since = now;
      asked = 0;
    }
    long suspected = now - since;
    if (suspected / (asked + 1) < threshold) {
      return false;
    }
    asked++;
    LOG.info(
        "Suspecting our own eviction from the channel for {}s {}",
        suspected / NANOS_A_SECOND,
        label);
    return true;
  }
}
