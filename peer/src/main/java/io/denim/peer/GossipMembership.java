package io.denim.peer;

import io.denim.gateway.ChannelPeer;
import io.denim.gateway.KnownPeer;
import io.denim.gateway.LostPeer;
import io.denim.gateway.Membership;
import io.denim.gateway.SelfMembership;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.core.Member;
import io.denim.gossip.core.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.gossip.Chaincode;

/// This peer, and the others as gossip knows them. Safe for use by any thread.
///
/// @param view as it is now
record GossipMembership(SelfMembership self, Supplier<View> view) implements Membership {
  @Override
  public List<KnownPeer> peers() {
    List<KnownPeer> all = new ArrayList<>(self.peers());
    for (Member member : view.get().members()) {
      all.add(known(member));
    }
    return all;
  }

  @Override
  public List<ChannelPeer> peersOfChannel(String channelId) {
    List<ChannelPeer> all = new ArrayList<>(self.peersOfChannel(channelId));
    if (all.isEmpty()) {
      return all;
    }
    for (ChannelMember member : view.get().channel(channelId)) {
      Map<String, String> chaincodes = new HashMap<>();
      for (Chaincode chaincode : member.chaincodes()) {
        chaincodes.put(chaincode.getName(), chaincode.getVersion());
      }
      all.add(
          new ChannelPeer(
              known(member.member()), member.ledgerHeight(), chaincodes, member.stateInfo()));
    }
    return all;
  }

  @Override
  public List<LostPeer> lost() {
    List<LostPeer> lost = new ArrayList<>();
    for (View.Lost each : view.get().lost()) {
      lost.add(
          new LostPeer(each.member().mspId(), each.member().preferredEndpoint(), each.since()));
    }
    return lost;
  }

  private static KnownPeer known(Member member) {
    return new KnownPeer(
        member.mspId(), member.identity(), member.preferredEndpoint(), member.alive());
  }
}
