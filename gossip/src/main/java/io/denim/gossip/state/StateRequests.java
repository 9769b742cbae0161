package io.denim.gossip.state;

import com.google.protobuf.ByteString;
import io.denim.gossip.GossipNode;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.core.ChannelMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.RemoteStateRequest;

/// Asks other peers for blocks. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/state/state.go.
public record StateRequests(GossipNode gossip, Duration patience) {
  /// The peers of a channel that have told of a block, in random order.
  public List<ChannelMember> holders(String channelId, long block) {
    List<ChannelMember> holders = new ArrayList<>(gossip.view().channel(channelId));
    holders.removeIf(peer -> Long.compareUnsigned(peer.ledgerHeight(), block) <= 0);
    Collections.shuffle(holders);
    return holders;
  }

  /// Asks one peer.
  ///
  /// @param last inclusive; the peer may give fewer
  /// @return a message with a state response, or why there is none
  /// @throws InterruptedException when the peer stops
  public Answer ask(ChannelMember peer, String channelId, long first, long last)
      throws InterruptedException {
    GossipMessage request =
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(channelId))
            .setTag(GossipMessage.Tag.CHAN_OR_ORG)
            .setStateRequest(
                RemoteStateRequest.newBuilder().setStartSeqNum(first).setEndSeqNum(last))
            .build();
    return gossip.communication().request(GossipNode.address(peer), request, patience);
  }
}
