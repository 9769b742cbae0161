package io.denim.gossip.core;

import java.time.Duration;

/// How often and to how many, as core.yaml's `peer.gossip` names it.
///
/// @param expirationFactor the dead are forgotten after so many times the alive expiration
/// @param publishCertPeriod how long after its start a peer's messages carry its certificate
/// @param blocksToStore how many of a channel's newest blocks are kept for others to pull
public record Timing(
    Duration aliveInterval,
    Duration aliveExpiration,
    int expirationFactor,
    Duration reconnectInterval,
    int maxConnectionAttempts,
    Duration pullInterval,
    int pullPeers,
    int propagatePeers,
    Duration publishStateInfoInterval,
    Duration requestStateInfoInterval,
    Duration publishCertPeriod,
    int blocksToStore) {
  /// As core.yaml has them by default.
  public static Timing defaults() {
    return new Timing(
        Duration.ofSeconds(5),
        Duration.ofSeconds(25),
        20,
        Duration.ofSeconds(25),
        120,
        Duration.ofSeconds(4),
        3,
        3,
        Duration.ofSeconds(4),
        Duration.ofSeconds(4),
        Duration.ofSeconds(10),
        10);
  }

  /// How long the dead are remembered, in milliseconds.
  public long forgetAfter() {
    return aliveExpiration.toMillis() * expirationFactor;
  }
}
