package io.denim.order;

import com.google.protobuf.ByteString;

/// Ordering by one node alone, under the name `solo`.
public final class SoloConsenter implements Consenter {
  /// The name in a channel's configuration.
  public static final String TYPE = "solo";

  @Override
  public Chain chain(String channelId, ChainSupport support, ByteString lastMetadata) {
    return new SoloChain(channelId, support);
  }
}
