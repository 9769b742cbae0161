package io.denim.gossip.comm;

/// Deals with messages of a kind. Called on a thread of its own for each message, which may block,
/// but not for an answer of the peer that the message came from without a time limit: so many
/// unanswered messages at once stop the reading from that peer.
@FunctionalInterface
public interface MessageHandler {
  /// @throws InterruptedException when the peer stops
  void handle(Incoming incoming) throws InterruptedException;
}
