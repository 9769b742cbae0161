package io.denim.order;

import com.google.protobuf.ByteString;

/// A kind of consensus, by its name in a channel's configuration.
@FunctionalInterface
public interface Consenter {
  /// Makes the chain of a channel; it is started later.
  ///
  /// @param lastMetadata what the consenter kept beside the newest block
  /// @throws ChannelException if this node cannot take part, with the reason
  Chain chain(String channelId, ChainSupport support, ByteString lastMetadata)
      throws ChannelException;
}
