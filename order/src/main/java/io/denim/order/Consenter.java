package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;

/// A kind of consensus, by its name in a channel's configuration.
public interface Consenter {
  /// Makes the chain of a channel; it is started later.
  ///
  /// @param lastMetadata what the consenter kept beside the newest block
  /// @throws ChannelException if this node cannot take part, with the reason
  Chain chain(String channelId, ChainSupport support, ByteString lastMetadata)
      throws ChannelException;

  /// Whether a channel with this configuration is ordered by this node among others. One that it
  /// does not order it follows.
  boolean isMember(ChannelConfig config);

  /// Deletes what the consenter keeps of a channel that this node leaves.
  void forget(String channelId);
}
