package io.denim.gossip.comm;

import org.hyperledger.fabric.protos.gossip.GossipMessage;

/// What comes of a request to another peer.
public sealed interface Answer {
  /// The peer answered under the request's nonce.
  record Received(GossipMessage message) implements Answer {}

  /// It did not.
  ///
  /// @param reason not connected, no answer in time, or the like
  record Missing(String reason) implements Answer {}
}
