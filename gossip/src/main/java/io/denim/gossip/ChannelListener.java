package io.denim.gossip;

import com.google.protobuf.ByteString;

/// Is told what gossip brings for a channel. Called by gossip's thread, which must not be kept
/// waiting.
public interface ChannelListener {
  /// Another peer has brought a block.
  ///
  /// @param block as its orderers signed it; where it stands in the chain is not judged yet
  void block(String channelId, long number, ByteString block);

  /// This peer was elected to take the channel's blocks from the orderers for its organization, or
  /// another is from now on.
  void leads(String channelId, boolean leads);
}
