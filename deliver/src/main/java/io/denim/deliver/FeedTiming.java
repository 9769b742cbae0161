package io.denim.deliver;

import java.time.Duration;

/// How patient a feed of blocks is with orderers, as core.yaml's `peer.deliveryclient` names it.
///
/// @param connectTimeout how long a connection may take
/// @param firstPause before all orderers are asked again, when none has delivered
/// @param longestPause what that pause grows to
/// @param totalPause after so long of it the taker is told that it is of no use
/// @param stallTimeout an orderer that has not sent what others have for so long is left
public record FeedTiming(
    Duration connectTimeout,
    Duration firstPause,
    Duration longestPause,
    Duration totalPause,
    Duration stallTimeout) {
  private static final int GROWTH_PERCENT = 120;

  /// As core.yaml has them by default, except that pauses stay below ten seconds.
  public static FeedTiming defaults() {
    return new FeedTiming(
        Duration.ofSeconds(3),
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofHours(1),
        Duration.ofSeconds(30));
  }

  /// The pause after this one.
  Duration longer(Duration pause) {
    Duration next = pause.multipliedBy(GROWTH_PERCENT).dividedBy(100);
    return next.compareTo(longestPause) > 0 ? longestPause : next;
  }
}
