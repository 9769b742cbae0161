package io.denim.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.MspManager;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// A policy over the policies of one name in the groups below. Immutable.
///
/// Follows fabric v3.1.5 common/policies/{implicitmeta,convert}.go.
final class ImplicitMetaPolicy extends ChannelPolicy {
  private static final WireParser<org.hyperledger.fabric.protos.common.ImplicitMetaPolicy>
      DEFINITION =
          WireParser.of(
              org.hyperledger.fabric.protos.common.ImplicitMetaPolicy.getDefaultInstance());

  private final int threshold;
  private final List<ChannelPolicy> subPolicies;
  private final String subPolicyName;

  private ImplicitMetaPolicy(
      int threshold, List<ChannelPolicy> subPolicies, String subPolicyName, MspManager msps) {
    super(msps);
    this.threshold = threshold;
    this.subPolicies = subPolicies;
    this.subPolicyName = subPolicyName;
  }

  /// @param groups the groups below, in a fixed order
  /// @throws PolicyConfigException if the definition does not parse
  static ImplicitMetaPolicy parse(ByteString bytes, List<PolicyTree> groups, MspManager msps)
      throws PolicyConfigException {
    org.hyperledger.fabric.protos.common.ImplicitMetaPolicy definition;
    try {
      definition = DEFINITION.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new PolicyConfigException(
          "Error unmarshalling to ImplicitMetaPolicy: " + e.getMessage(), e);
    }
    List<ChannelPolicy> subPolicies = new ArrayList<>(groups.size());
    for (PolicyTree group : groups) {
      subPolicies.add(group.channelPolicy(definition.getSubPolicy()));
    }
    int threshold =
        switch (definition.getRule()) {
          case ANY -> Math.min(1, subPolicies.size());
          case ALL -> subPolicies.size();
          case MAJORITY -> subPolicies.isEmpty() ? 0 : subPolicies.size() / 2 + 1;
          case UNRECOGNIZED -> 0;
        };
    return new ImplicitMetaPolicy(threshold, subPolicies, definition.getSubPolicy(), msps);
  }

  /// Counts down to zero. Under a rule that is not known, which starts at zero, one satisfied
  /// policy below is one too many: so Fabric's nodes count, and all must count alike.
  @Override
  PolicyOutcome judge(Candidates candidates) {
    int remaining = threshold;
    for (ChannelPolicy policy : subPolicies) {
      if (policy.judge(candidates).satisfied()) {
        remaining--;
        if (remaining == 0) {
          return PolicyOutcome.yes();
        }
      }
    }
    if (remaining == 0) {
      return PolicyOutcome.yes();
    }
    return PolicyOutcome.no(
        "implicit policy evaluation failed - "
            + (threshold - remaining)
            + " sub-policies were satisfied, but this policy requires "
            + threshold
            + " of the '"
            + subPolicyName
            + "' sub-policies to be satisfied");
  }

  @Override
  SignaturePolicyEnvelope asSignaturePolicy() throws PolicyConfigException {
    Map<MSPPrincipal, Integer> indexes = new HashMap<>();
    SignaturePolicyEnvelope.Builder envelope = SignaturePolicyEnvelope.newBuilder();
    SignaturePolicy.NOutOf.Builder gate = SignaturePolicy.NOutOf.newBuilder().setN(threshold);
    for (ChannelPolicy policy : subPolicies) {
      SignaturePolicyEnvelope sub = policy.asSignaturePolicy();
      List<Integer> renumbered = new ArrayList<>();
      for (MSPPrincipal principal : sub.getIdentitiesList()) {
        Integer known = indexes.get(principal);
        if (known == null) {
          known = envelope.getIdentitiesCount();
          indexes.put(principal, known);
          envelope.addIdentities(principal);
        }
        renumbered.add(known);
      }
      gate.addRules(renumber(sub.getRule(), renumbered));
    }
    return envelope.setRule(SignaturePolicy.newBuilder().setNOutOf(gate)).build();
  }

  private static SignaturePolicy renumber(SignaturePolicy policy, List<Integer> renumbered) {
    if (!policy.hasNOutOf()) {
      return SignaturePolicy.newBuilder().setSignedBy(renumbered.get(policy.getSignedBy())).build();
    }
    SignaturePolicy.NOutOf.Builder gate =
        SignaturePolicy.NOutOf.newBuilder().setN(policy.getNOutOf().getN());
    for (SignaturePolicy rule : policy.getNOutOf().getRulesList()) {
      gate.addRules(renumber(rule, renumbered));
    }
    return SignaturePolicy.newBuilder().setNOutOf(gate).build();
  }
}
