package io.denim.cli.discover;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.cli.command.GoJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.discovery.EndorsementDescriptor;
import org.hyperledger.fabric.protos.discovery.Peer;
import org.hyperledger.fabric.protos.discovery.PeerMembershipResult;
import org.hyperledger.fabric.protos.discovery.Peers;
import org.hyperledger.fabric.protos.gossip.Chaincode;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Properties;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// Peers as `discover` shows them, as JSON (fabric v3.1.5 discovery/cmd/peers.go, endorsers.go).
final class DiscoveredPeers {
  private DiscoveredPeers() {}

  /// @param withState whether what a channel tells of them is shown
  static String list(PeerMembershipResult members, boolean withState) throws ClientException {
    StringBuilder json = new StringBuilder();
    for (Peers peers : new TreeMap<>(members.getPeersByOrgMap()).values()) {
      for (Peer peer : peers.getPeersList()) {
        json.append(json.isEmpty() ? "[" : ",");
        peer(peer, withState, withState, json);
      }
    }
    return json.isEmpty() ? "null" : json.append(']').toString();
  }

  static String endorsers(List<EndorsementDescriptor> descriptors) throws ClientException {
    StringBuilder json = new StringBuilder();
    for (EndorsementDescriptor descriptor : descriptors) {
      json.append(json.isEmpty() ? "[" : ",").append("{\"Chaincode\":");
      GoJson.string(descriptor.getChaincode(), json);
      json.append(",\"EndorsersByGroups\":{");
      String separator = "";
      for (Map.Entry<String, Peers> group :
          new TreeMap<>(descriptor.getEndorsersByGroupsMap()).entrySet()) {
        json.append(separator);
        separator = ",";
        GoJson.string(group.getKey(), json);
        json.append(":[");
        for (int i = 0; i < group.getValue().getPeersCount(); i++) {
          json.append(i == 0 ? "" : ",");
          peer(group.getValue().getPeers(i), true, false, json);
        }
        json.append(']');
      }
      json.append("},\"Layouts\":[");
      for (int i = 0; i < descriptor.getLayoutsCount(); i++) {
        json.append(i == 0 ? "" : ",").append(GoJson.compact(descriptor.getLayouts(i)));
      }
      json.append("]}");
    }
    return json.isEmpty() ? "null" : json.append(']').toString();
  }

  private static void peer(Peer peer, boolean height, boolean chaincodes, StringBuilder json)
      throws ClientException {
    try {
      SerializedIdentity identity = SerializedIdentity.parseFrom(peer.getIdentity());
      String endpoint =
          message(peer.getMembershipInfo().getPayload())
              .getAliveMsg()
              .getMembership()
              .getEndpoint();
      Properties properties =
          message(peer.getStateInfo().getPayload()).getStateInfo().getProperties();
      json.append("{\"MSPID\":");
      GoJson.string(identity.getMspid(), json);
      if (height) {
        json.append(",\"LedgerHeight\":")
            .append(Long.toUnsignedString(properties.getLedgerHeight()));
      }
      json.append(",\"Endpoint\":");
      GoJson.string(endpoint, json);
      json.append(",\"Identity\":");
      GoJson.string(identity.getIdBytes().toStringUtf8(), json);
      if (chaincodes) {
        json.append(",\"Chaincodes\":");
        names(properties.getChaincodesList(), json);
      }
      json.append('}');
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("the peer answered something malformed: " + e.getMessage(), e);
    }
  }

  private static void names(List<Chaincode> chaincodes, StringBuilder json) {
    if (chaincodes.isEmpty()) {
      json.append("null");
      return;
    }
    for (int i = 0; i < chaincodes.size(); i++) {
      json.append(i == 0 ? "[" : ",");
      GoJson.string(chaincodes.get(i).getName(), json);
    }
    json.append(']');
  }

  private static GossipMessage message(ByteString payload) throws InvalidProtocolBufferException {
    return GossipMessage.parseFrom(payload);
  }
}
