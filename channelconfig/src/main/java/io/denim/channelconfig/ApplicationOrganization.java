package io.denim.channelconfig;

import java.util.List;
import org.hyperledger.fabric.protos.peer.AnchorPeer;

/// An organization whose peers and clients use a channel.
///
/// @param name its key in the configuration
/// @param anchorPeers the peers that other organizations gossip with first
public record ApplicationOrganization(String name, String mspId, List<AnchorPeer> anchorPeers) {
  public ApplicationOrganization {
    anchorPeers = List.copyOf(anchorPeers);
  }
}
