package io.denim.policy;

import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// The minimal combinations of principals that satisfy a signature policy.
///
/// Follows fabric v3.1.5 common/policies/inquire, common/graph. Where Fabric takes random rules
/// away from a gate with too many combinations, here the last ones go.
public final class PrincipalSets {
  /// No more combinations are made of one policy.
  static final int MAX_COMBINATIONS = 10_000;

  private PrincipalSets() {}

  /// Each list is one combination; a principal is repeated as often as different identities must
  /// sign for it. None where the policy is malformed or asks for nobody.
  public static List<List<MSPPrincipal>> satisfying(SignaturePolicyEnvelope policy) {
    List<List<MSPPrincipal>> sets = combinations(policy.getRule(), policy.getIdentitiesList());
    for (List<MSPPrincipal> set : sets) {
      if (set.isEmpty()) {
        return List.of();
      }
    }
    return sets;
  }

  private static List<List<MSPPrincipal>> combinations(
      SignaturePolicy rule, List<MSPPrincipal> principals) {
    return switch (rule.getTypeCase()) {
      case SIGNED_BY ->
          rule.getSignedBy() >= 0 && rule.getSignedBy() < principals.size()
              ? List.of(List.of(principals.get(rule.getSignedBy())))
              : List.of();
      case N_OUT_OF -> {
        List<List<List<MSPPrincipal>>> below = new ArrayList<>();
        for (SignaturePolicy each : rule.getNOutOf().getRulesList()) {
          below.add(combinations(each, principals));
        }
        Choice choice = new Choice(below);
        choice.pick(0, rule.getNOutOf().getN(), List.of());
        yield choice.found;
      }
      case TYPE_NOT_SET -> List.of();
    };
  }

  /// Picks rules of one gate and joins what satisfies them. Owned by the calling thread.
  private static final class Choice {
    private final List<List<List<MSPPrincipal>>> below;
    private final List<List<MSPPrincipal>> found = new ArrayList<>();

    Choice(List<List<List<MSPPrincipal>>> below) {
      this.below = below;
    }

    void pick(int from, int wanted, List<MSPPrincipal> picked) {
      if (found.size() >= MAX_COMBINATIONS || below.size() - from < wanted) {
        return;
      }
      if (wanted <= 0) {
        found.add(picked);
        return;
      }
      for (List<MSPPrincipal> set : below.get(from)) {
        List<MSPPrincipal> longer = new ArrayList<>(picked);
        longer.addAll(set);
        pick(from + 1, wanted - 1, longer);
      }
      pick(from + 1, wanted, picked);
    }
  }
}
