package io.denim.gossip.comm;

import com.google.protobuf.ByteString;

/// What the communication tells. Called on its own threads, which must not be kept waiting.
public interface ConnectionEvents {
  /// A peer has proved who it is.
  ///
  /// @param endpoint at which it was dialed; empty if it dialed
  void connected(RemotePeer peer, String endpoint);

  /// The last connection to a peer has ended.
  void disconnected(ByteString pkiId);

  /// Nobody who may be trusted answers at an endpoint.
  ///
  /// @param expected who was looked for there; empty if anybody
  void unreachable(ByteString expected, String endpoint);

  /// A message that no handler is registered for.
  ///
  /// @param done to be run once the message has been dealt with; the connection reads on then
  void received(Incoming incoming, Runnable done);
}
