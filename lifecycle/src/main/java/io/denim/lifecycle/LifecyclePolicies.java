package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;

/// Serialized `ApplicationPolicy`s that follow from a channel's configuration (fabric v3.1.5
/// core/chaincode/lifecycle/{lifecycle,deployedcc_infoprovider}.go).
public final class LifecyclePolicies {
  private static final String ENDORSEMENT = "/Channel/Application/Endorsement";
  private static final String LIFECYCLE_ENDORSEMENT = "/Channel/Application/LifecycleEndorsement";

  private LifecyclePolicies() {}

  /// What chaincodes have whose definition names no policy.
  ///
  /// @throws LifecycleException if the channel does not define it
  static ByteString defaultEndorsement(ChannelConfig config) throws LifecycleException {
    if (!config.policies().has(ENDORSEMENT)) {
      throw new LifecycleException(
          "policy '"
              + ENDORSEMENT
              + "' must be defined for channel '"
              + config.channelId()
              + "' before chaincode operations can be attempted");
    }
    return reference(ENDORSEMENT);
  }

  /// Who must endorse changes of definitions: the channel's own policy, or members of a majority of
  /// the organizations.
  public static ByteString lifecycleEndorsement(ChannelConfig config) {
    if (config.policies().has(LIFECYCLE_ENDORSEMENT)) {
      return reference(LIFECYCLE_ENDORSEMENT);
    }
    List<String> mspIds =
        Organizations.of(config).stream().map(ApplicationOrganization::mspId).toList();
    return byMembers(mspIds.size() / 2 + 1, mspIds);
  }

  /// Who must endorse writes to an organization's implicit collection; empty if the organization is
  /// not in the channel.
  public static Optional<ByteString> implicitCollectionEndorsement(
      ChannelConfig config, String mspId) {
    return config
        .application()
        .flatMap(application -> application.organizationOf(mspId))
        .map(organization -> {
          String path = "/Channel/Application/" + organization.name() + "/Endorsement";
          return config.policies().has(path) ? reference(path) : byMembers(1, List.of(mspId));
        });
  }

  private static ByteString reference(String path) {
    return ApplicationPolicy.newBuilder()
        .setChannelConfigPolicyReference(path)
        .build()
        .toByteString();
  }

  private static ByteString byMembers(int count, List<String> mspIds) {
    SignaturePolicyEnvelope.Builder envelope = SignaturePolicyEnvelope.newBuilder();
    SignaturePolicy.NOutOf.Builder gate = SignaturePolicy.NOutOf.newBuilder().setN(count);
    for (int i = 0; i < mspIds.size(); i++) {
      envelope.addIdentities(ImplicitCollections.member(mspIds.get(i)));
      gate.addRules(SignaturePolicy.newBuilder().setSignedBy(i));
    }
    envelope.setRule(SignaturePolicy.newBuilder().setNOutOf(gate));
    return ApplicationPolicy.newBuilder().setSignaturePolicy(envelope).build().toByteString();
  }
}
