package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.chaincode.CollectionPermissions;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.SignaturePolicies;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Tells whether a proposal's creator may read and write a collection: its members may, others only
/// where it is not for members only (fabric v3.1.5 core/common/privdata/store.go).
public final class CollectionMembers implements CollectionPermissions {
  private final LifecycleChannels channels;
  private final ChaincodeDefinitions definitions;

  public CollectionMembers(LifecycleChannels channels, ChaincodeDefinitions definitions) {
    this.channels = channels;
    this.definitions = definitions;
  }

  @Override
  public Permission permission(
      String channelId,
      String chaincode,
      String collection,
      Optional<SignedProposal> proposal,
      QueryExecutor state)
      throws SimulationException {
    StaticCollectionConfig config;
    try {
      config =
          definitions
              .collection(chaincode, collection, state)
              .orElseThrow(() ->
                  new SimulationException(
                      "collection "
                          + channelId
                          + "/"
                          + chaincode
                          + "/"
                          + collection
                          + " could not be found"));
    } catch (LifecycleException e) {
      throw new SimulationException("could not get chaincode: " + e.text(), e);
    }
    if (!config.getMemberOnlyRead() && !config.getMemberOnlyWrite()) {
      return new Permission(true, true);
    }
    if (isMember(channelId, config, proposal)) {
      return new Permission(true, true);
    }
    return new Permission(!config.getMemberOnlyRead(), !config.getMemberOnlyWrite());
  }

  private boolean isMember(
      String channelId, StaticCollectionConfig config, Optional<SignedProposal> proposal)
      throws SimulationException {
    if (proposal.isEmpty()) {
      return false;
    }
    ChannelConfig channel =
        channels
            .config(channelId)
            .orElseThrow(() -> new SimulationException("no configuration of channel " + channelId));
    try {
      return SignaturePolicies.compile(
              config.getMemberOrgsPolicy().getSignaturePolicy(), channel.msps())
          .evaluate(List.of(signedData(proposal.get())))
          .satisfied();
    } catch (PolicyConfigException e) {
      throw new SimulationException(
          "error setting up collection for collection criteria: " + e.getMessage(), e);
    }
  }

  private static SignedData signedData(SignedProposal proposal) throws SimulationException {
    try {
      Header header = Header.parseFrom(Proposal.parseFrom(proposal.getProposalBytes()).getHeader());
      ByteString creator = SignatureHeader.parseFrom(header.getSignatureHeader()).getCreator();
      return new SignedData(proposal.getProposalBytes(), creator, proposal.getSignature());
    } catch (InvalidProtocolBufferException e) {
      throw new SimulationException("error unmarshalling the proposal: " + e.getMessage(), e);
    }
  }
}
