package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.PkiId;
import io.denim.wire.Sha256;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Chaincode;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Member;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.hyperledger.fabric.protos.gossip.Properties;
import org.hyperledger.fabric.protos.gossip.StateInfo;

/// The messages in which gossip tells of a peer, as discovery's clients read them. Immutable.
///
/// Follows fabric v3.1.5 gossip/discovery, gossip/gossip/channel, internal/peer/gossip/mcs.go.
///
/// @param identity serialized
/// @param pkiId the peer's short name in gossip
record GossipMessages(ByteString identity, ByteString pkiId) {
  /// @throws IllegalArgumentException if the identity does not parse
  static GossipMessages of(ByteString identity) {
    return new GossipMessages(identity, PkiId.of(identity));
  }

  /// That the peer is there.
  GossipMessage alive(String endpoint, PeerTime time) {
    AliveMessage alive =
        AliveMessage.newBuilder()
            .setMembership(Member.newBuilder().setEndpoint(endpoint).setPkiId(pkiId))
            .setTimestamp(time)
            .setIdentity(identity)
            .build();
    return GossipMessage.newBuilder().setTag(GossipMessage.Tag.EMPTY).setAliveMsg(alive).build();
  }

  /// How far the peer is in a channel and what it can run.
  GossipMessage stateInfo(
      String channelId, long height, Map<String, String> chaincodes, PeerTime time) {
    Properties.Builder properties = Properties.newBuilder().setLedgerHeight(height);
    new TreeMap<>(chaincodes)
        .forEach((name, version) ->
            properties.addChaincodes(Chaincode.newBuilder().setName(name).setVersion(version)));
    StateInfo info =
        StateInfo.newBuilder()
            .setTimestamp(time)
            .setPkiId(pkiId)
            .setChannelMAC(Sha256.of(pkiId, ByteString.copyFromUtf8(channelId)))
            .setProperties(properties)
            .build();
    return GossipMessage.newBuilder()
        .setTag(GossipMessage.Tag.CHAN_OR_ORG)
        .setStateInfo(info)
        .build();
  }
}
