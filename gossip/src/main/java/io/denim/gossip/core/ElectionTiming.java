package io.denim.gossip.core;

import java.time.Duration;

/// How peers elect a leader, as core.yaml's `peer.gossip.election` names it.
///
/// @param startupGracePeriod how long the number of peers is waited for to settle, at most
/// @param membershipSampleInterval how often it is looked at
/// @param leaderAliveThreshold a leader that was silent for so long leads no more
/// @param leaderElectionDuration how long others' proposals are gathered
public record ElectionTiming(
    Duration startupGracePeriod,
    Duration membershipSampleInterval,
    Duration leaderAliveThreshold,
    Duration leaderElectionDuration) {
  /// As core.yaml has them by default.
  public static ElectionTiming defaults() {
    return new ElectionTiming(
        Duration.ofSeconds(15),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5));
  }
}
