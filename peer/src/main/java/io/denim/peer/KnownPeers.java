package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gateway.ChannelPeer;
import io.denim.gateway.KnownPeer;
import io.denim.gateway.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// Peers as whoever started this one told it, in place of gossip: they are taken to be alive, on
/// every channel that their organization is in, at this peer's height and with the chaincodes that
/// are defined there. A peer that turns out not to answer is passed over by those who ask it.
final class KnownPeers implements Membership {
  private final List<KnownPeer> peers = new ArrayList<>();
  private final PeerChannels channels;
  private final io.denim.lifecycle.LifecycleCache chaincodes;

  /// A peer.
  ///
  /// @param identity serialized
  /// @param endpoint `host:port`
  public record Neighbour(String mspId, ByteString identity, String endpoint) {}

  /// @param neighbours this peer included, as the first
  KnownPeers(
      List<Neighbour> neighbours,
      PeerChannels channels,
      io.denim.lifecycle.LifecycleCache chaincodes) {
    for (Neighbour neighbour : neighbours) {
      peers.add(
          new KnownPeer(
              neighbour.mspId(),
              neighbour.identity(),
              neighbour.endpoint(),
              Envelope.getDefaultInstance()));
    }
    this.channels = channels;
    this.chaincodes = chaincodes;
  }

  @Override
  public List<KnownPeer> peers() {
    return List.copyOf(peers);
  }

  @Override
  public List<ChannelPeer> peersOfChannel(String channelId) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return List.of();
    }
    Map<String, String> defined = new TreeMap<>();
    for (var chaincode : chaincodes.chaincodes(channelId)) {
      defined.put(chaincode.name(), Long.toString(chaincode.sequence()));
    }
    List<ChannelPeer> members = new ArrayList<>();
    for (KnownPeer peer : peers) {
      boolean belongs =
          channel
              .get()
              .config()
              .application()
              .flatMap(application -> application.organizationOf(peer.mspId()))
              .isPresent();
      if (belongs) {
        members.add(
            new ChannelPeer(peer, channel.get().height(), defined, Envelope.getDefaultInstance()));
      }
    }
    return members;
  }
}
