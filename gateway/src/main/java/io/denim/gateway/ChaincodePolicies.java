package io.denim.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.policy.PolicyConfigException;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The policies that a chaincode's endorsers fall under, as signature policies. Immutable.
///
/// Follows fabric v3.1.5 core/chaincode/lifecycle/metadata_provider.go,
/// discovery/support/chaincode.
record ChaincodePolicies(ChannelConfig config, DefinedChaincode chaincode) {
  private static final Logger LOG = LoggerFactory.getLogger(ChaincodePolicies.class);
  private static final String IMPLICIT = "_implicit_org_";
  private static final WireParser<ApplicationPolicy> POLICY =
      WireParser.of(ApplicationPolicy.getDefaultInstance());

  /// The policies for writing these collections, or the chaincode's own without any; none if one of
  /// them cannot be had.
  List<SignaturePolicyEnvelope> endorsement(List<String> collections) {
    Optional<SignaturePolicyEnvelope> own = own();
    if (own.isEmpty()) {
      return List.of();
    }
    if (collections.isEmpty()) {
      return List.of(own.get());
    }
    Set<SignaturePolicyEnvelope> policies = new LinkedHashSet<>();
    for (String name : collections) {
      Optional<StaticCollectionConfig> collection = collection(name);
      boolean hasOwn = collection.isPresent() && collection.get().hasEndorsementPolicy();
      Optional<SignaturePolicyEnvelope> policy =
          hasOwn ? resolved(collection.get().getEndorsementPolicy()) : own;
      if (policy.isEmpty()) {
        return List.of();
      }
      policies.add(policy.get());
    }
    return new ArrayList<>(policies);
  }

  private Optional<SignaturePolicyEnvelope> own() {
    try {
      return resolved(POLICY.parse(chaincode.endorsementPolicy()));
    } catch (InvalidProtocolBufferException e) {
      LOG.error("a chaincode's endorsement policy does not parse: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<SignaturePolicyEnvelope> resolved(ApplicationPolicy policy) {
    Optional<SignaturePolicyEnvelope> envelope =
        switch (policy.getTypeCase()) {
          case SIGNATURE_POLICY -> Optional.of(policy.getSignaturePolicy());
          case CHANNEL_CONFIG_POLICY_REFERENCE ->
              referenced(policy.getChannelConfigPolicyReference());
          case TYPE_NOT_SET -> Optional.empty();
        };
    return envelope.filter(each -> each.hasRule() && each.getIdentitiesCount() > 0);
  }

  private Optional<SignaturePolicyEnvelope> referenced(String path) {
    try {
      return Optional.of(config.policies().asSignaturePolicy(path));
    } catch (PolicyConfigException e) {
      LOG.error(
          "could not retrieve policy for reference '{}' on channel '{}': {}",
          path,
          config.channelId(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /// A collection, defined or implicit.
  Optional<StaticCollectionConfig> collection(String name) {
    if (name.startsWith(IMPLICIT)) {
      SignaturePolicyEnvelope member = member(name.substring(IMPLICIT.length()));
      StaticCollectionConfig.Builder implicit = StaticCollectionConfig.newBuilder().setName(name);
      implicit.getMemberOrgsPolicyBuilder().setSignaturePolicy(member);
      implicit.getEndorsementPolicyBuilder().setSignaturePolicy(member);
      return Optional.of(implicit.build());
    }
    for (StaticCollectionConfig collection : chaincode.collections()) {
      if (collection.getName().equals(name)) {
        return Optional.of(collection);
      }
    }
    return Optional.empty();
  }

  private static SignaturePolicyEnvelope member(String mspId) {
    MSPRole role =
        MSPRole.newBuilder().setMspIdentifier(mspId).setRole(MSPRole.MSPRoleType.MEMBER).build();
    return SignaturePolicyEnvelope.newBuilder()
        .setRule(
            SignaturePolicy.newBuilder()
                .setNOutOf(
                    SignaturePolicy.NOutOf.newBuilder()
                        .setN(1)
                        .addRules(SignaturePolicy.newBuilder().setSignedBy(0))))
        .addIdentities(
            MSPPrincipal.newBuilder()
                .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
                .setPrincipal(role.toByteString()))
        .build();
  }
}
