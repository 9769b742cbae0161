package io.denim.gossip;

import com.google.protobuf.ByteString;

/// Takes blocks that other peers push. Called by gossip's thread, which must not be kept waiting.
@FunctionalInterface
public interface PushedBlocks {
  /// @param block as its orderers signed it; where it stands in the chain is not judged yet
  void received(String channelId, long number, ByteString block);
}
