package io.denim.gossip;

import com.google.protobuf.ByteString;
import io.denim.policy.SignedData;

/// Judges by channels' configurations. Safe for use by any thread.
public interface ChannelJudge {
  /// Whether the signer satisfies the policy `/Channel/Application/Readers`.
  boolean reads(String channelId, SignedData signed);

  /// Whether the bytes are a block of this number, as the channel's orderers sign it.
  boolean isBlock(String channelId, long number, ByteString block);
}
