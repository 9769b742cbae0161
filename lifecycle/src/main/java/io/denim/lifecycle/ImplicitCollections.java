package io.denim.lifecycle;

import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.CollectionPolicyConfig;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// The collections that every chaincode has without defining them, one for each organization of the
/// channel (fabric v3.1.5 core/chaincode/implicitcollection, lifecycle/deployedcc_infoprovider.go).
///
/// @param ownMspId the organization whose collection this peer spreads as told
/// @param requiredPeers how many others must have taken an own private write
/// @param maximumPeers how many others are offered one
public record ImplicitCollections(String ownMspId, int requiredPeers, int maximumPeers) {
  private static final String PREFIX = "_implicit_org_";

  /// The collection's name.
  public static String nameFor(String mspId) {
    return PREFIX + mspId;
  }

  /// Whose collection it is, empty if it is none of these.
  public static Optional<String> mspIdOf(String collection) {
    return collection.startsWith(PREFIX)
        ? Optional.of(collection.substring(PREFIX.length()))
        : Optional.empty();
  }

  /// The collection of an organization.
  public StaticCollectionConfig of(String mspId) {
    boolean own = mspId.equals(ownMspId);
    return StaticCollectionConfig.newBuilder()
        .setName(nameFor(mspId))
        .setMemberOrgsPolicy(
            CollectionPolicyConfig.newBuilder().setSignaturePolicy(signedByMember(mspId)))
        .setRequiredPeerCount(own ? requiredPeers : 0)
        .setMaximumPeerCount(own ? maximumPeers : 0)
        .build();
  }

  /// Those of all application organizations.
  public List<StaticCollectionConfig> ofAll(ChannelConfig config) {
    List<StaticCollectionConfig> all = new ArrayList<>();
    for (ApplicationOrganization organization : Organizations.of(config)) {
      all.add(of(organization.mspId()));
    }
    return all;
  }

  static SignaturePolicyEnvelope signedByMember(String mspId) {
    return SignaturePolicyEnvelope.newBuilder()
        .setRule(
            SignaturePolicy.newBuilder()
                .setNOutOf(
                    SignaturePolicy.NOutOf.newBuilder()
                        .setN(1)
                        .addRules(SignaturePolicy.newBuilder().setSignedBy(0))))
        .addIdentities(member(mspId))
        .build();
  }

  static MSPPrincipal member(String mspId) {
    return MSPPrincipal.newBuilder()
        .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
        .setPrincipal(
            MSPRole.newBuilder()
                .setMspIdentifier(mspId)
                .setRole(MSPRole.MSPRoleType.MEMBER)
                .build()
                .toByteString())
        .build();
  }
}
