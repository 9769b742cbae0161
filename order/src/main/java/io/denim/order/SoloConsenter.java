package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;

/// Ordering by one node alone, under the name `solo`.
public final class SoloConsenter implements Consenter {
  /// The name in a channel's configuration.
  public static final String TYPE = "solo";

  @Override
  public Chain chain(String channelId, ChainSupport support, ByteString lastMetadata) {
    return new SoloChain(channelId, support);
  }

  @Override
  public boolean isMember(ChannelConfig config) {
    return true;
  }

  @Override
  public void forget(String channelId) {}
}
