package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;

/// Ordering by one node alone, under the name `solo`.
public final class SoloConsenter implements Consenter {
  /// The name in a channel's configuration.
  public static final String TYPE = "solo";

  private final WaitingBytes room;

  /// @param room for all channels' messages that are in no block yet
  public SoloConsenter(WaitingBytes room) {
    this.room = room;
  }

  @Override
  public Chain chain(String channelId, ChainSupport support, ByteString lastMetadata) {
    return new SoloChain(channelId, support, room.share());
  }

  @Override
  public boolean isMember(ChannelConfig config) {
    return true;
  }

  @Override
  public void forget(String channelId) {}
}
