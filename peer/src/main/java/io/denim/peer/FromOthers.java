package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gossip.ChannelListener;

/// Takes to the channels what gossip brings for them: blocks that other peers push, and whether
/// this peer was elected. Safe for use by any thread.
///
/// @param ahead how far a block may be ahead of those that are here
record FromOthers(PeerChannels channels, OrdererDeliveries deliveries, int ahead)
    implements ChannelListener {
  @Override
  public void block(String channelId, long number, ByteString block) {
    channels.channel(channelId).ifPresent(channel -> channel.intake().push(number, block, ahead));
  }

  @Override
  public void leads(String channelId, boolean leads) {
    deliveries.elected(channelId, leads);
  }
}
