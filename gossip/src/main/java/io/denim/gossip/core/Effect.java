package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// What the core wants done. None of it is answered for: a message may be lost.
public sealed interface Effect {
  /// Sends a message, over an open connection or one to the endpoint.
  ///
  /// @param endpoint `host:port`; empty where only an open connection will do
  record Send(ByteString pkiId, String endpoint, Envelope envelope) implements Effect {}

  /// Connects to whoever is at an endpoint.
  record Contact(String endpoint) implements Effect {}

  /// Ends the connections to a peer.
  record Disconnect(ByteString pkiId) implements Effect {}

  /// A new block of a channel has come.
  ///
  /// @param block as its orderers signed it
  record Deliver(String channelId, long number, ByteString block) implements Effect {}

  /// This peer has become, or is no more, the one of its organization that takes a channel's blocks
  /// from the orderers.
  record Lead(String channelId, boolean leads) implements Effect {}
}
