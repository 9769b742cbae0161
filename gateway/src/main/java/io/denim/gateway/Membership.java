package io.denim.gateway;

import java.util.List;

/// Which peers there are, as gossip tells: this peer included. Safe for use by any thread.
public interface Membership {
  /// The peers that are alive.
  List<KnownPeer> peers();

  /// Peers that were alive and are no more.
  List<LostPeer> lost();

  /// The peers that are alive and have joined the channel.
  List<ChannelPeer> peersOfChannel(String channelId);
}
