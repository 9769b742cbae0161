package io.denim.peer;

import io.denim.channelconfig.ApplicationConfig;
import io.denim.gateway.ChannelPeer;
import io.denim.gateway.KnownPeer;
import io.denim.gateway.Membership;
import io.denim.gateway.SelfMembership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// This peer, and others as whoever started it told, in place of gossip: they are taken to be
/// alive, on every channel that their organization is in, at this peer's height and with the
/// chaincodes that are defined there. One that turns out not to answer is passed over by those who
/// ask it. Safe for use by any thread.
final class KnownPeers implements Membership {
  private final SelfMembership self;
  private final List<KnownPeer> others;
  private final PeerChannels channels;

  KnownPeers(SelfMembership self, List<PeerNode.Neighbour> others, PeerChannels channels) {
    this.self = self;
    this.others =
        others.stream()
            .map(other -> KnownPeer.toldOf(other.mspId(), other.identity(), other.endpoint()))
            .toList();
    this.channels = channels;
  }

  @Override
  public List<KnownPeer> peers() {
    List<KnownPeer> all = new ArrayList<>(self.peers());
    all.addAll(others);
    return all;
  }

  @Override
  public List<ChannelPeer> peersOfChannel(String channelId) {
    List<ChannelPeer> members = new ArrayList<>(self.peersOfChannel(channelId));
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (members.isEmpty() || channel.isEmpty()) {
      return members;
    }
    Optional<ApplicationConfig> application = channel.get().config().application();
    Map<String, String> defined = channel.get().definedChaincodes();
    for (KnownPeer other : others) {
      if (application.flatMap(each -> each.organizationOf(other.mspId())).isPresent()) {
        members.add(
            ChannelPeer.toldOf(other, channelId, members.getFirst().ledgerHeight(), defined));
      }
    }
    return members;
  }
}
