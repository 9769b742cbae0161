package io.denim.gossip;

import io.denim.policy.SignedData;

/// Who may read a channel, by its configuration. Safe for use by any thread.
@FunctionalInterface
public interface ChannelReaders {
  /// Whether the signer satisfies the policy `/Channel/Application/Readers`.
  boolean reads(String channelId, SignedData signed);
}
