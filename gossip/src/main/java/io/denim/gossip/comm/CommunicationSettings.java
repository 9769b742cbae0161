package io.denim.gossip.comm;

import java.time.Duration;

/// What connections wait for and hold, as core.yaml's `peer.gossip` names them.
///
/// @param dialTimeout for a connection to another peer to stand
/// @param connTimeout for the other side's handshake
/// @param recvBuffSize messages of one peer that wait to be dealt with
/// @param sendBuffSize messages to one peer that wait to be sent; more are dropped
/// @param messagesPerSecond of one peer that this one deals with; the rest waits at the sender's
public record CommunicationSettings(
    Duration dialTimeout,
    Duration connTimeout,
    int recvBuffSize,
    int sendBuffSize,
    int messagesPerSecond) {
  private static final int MESSAGES_PER_SECOND = 3_000;

  /// @param dialTimeout for a connection to another peer to stand
  public static CommunicationSettings of(
      Duration dialTimeout, Duration connTimeout, int recvBuffSize, int sendBuffSize) {
    return new CommunicationSettings(
        dialTimeout, connTimeout, recvBuffSize, sendBuffSize, MESSAGES_PER_SECOND);
  }

  /// As core.yaml has them by default.
  public static CommunicationSettings defaults() {
    return of(Duration.ofSeconds(3), Duration.ofSeconds(2), 20, 200);
  }
}
