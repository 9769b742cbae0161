package io.denim.policy;

import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.SignaturePolicy;

/// A gate or a leaf of a signature policy. A candidate is used up by the first leaf that it
/// satisfies; a gate tries all its rules in order, without looking for a better assignment, also
/// after enough of them hold. Immutable.
///
/// Follows fabric v3.1.5 common/cauthdsl/cauthdsl.go.
sealed interface SignatureRule {
  /// At least `count` of the rules.
  record OutOf(int count, List<SignatureRule> rules) implements SignatureRule {
    public OutOf {
      rules = List.copyOf(rules);
    }

    @Override
    public boolean holds(Candidates candidates, boolean[] used) {
      int held = 0;
      boolean[] attempt = new boolean[used.length];
      for (SignatureRule rule : rules) {
        System.arraycopy(used, 0, attempt, 0, used.length);
        if (rule.holds(candidates, attempt)) {
          held++;
          System.arraycopy(attempt, 0, used, 0, used.length);
        }
      }
      return held >= count;
    }
  }

  /// A candidate that the principal asks for.
  record SignedBy(MSPPrincipal principal) implements SignatureRule {
    @Override
    public boolean holds(Candidates candidates, boolean[] used) {
      for (int i = 0; i < used.length; i++) {
        if (!used[i] && candidates.satisfies(i, principal)) {
          used[i] = true;
          return true;
        }
      }
      return false;
    }
  }

  /// Whether the candidates not yet used satisfy this rule; marks those it uses.
  boolean holds(Candidates candidates, boolean[] used);

  /// Whether the candidates satisfy this rule as a whole policy, for which nobody asks afterwards
  /// who was used: no more is tried than needed.
  default boolean holdsAlone(Candidates candidates) {
    boolean[] used = new boolean[candidates.size()];
    return switch (this) {
      case SignedBy leaf -> leaf.holds(candidates, used);
      case OutOf gate -> {
        int held = 0;
        boolean[] attempt = new boolean[used.length];
        for (SignatureRule rule : gate.rules()) {
          if (held >= gate.count()) {
            break;
          }
          System.arraycopy(used, 0, attempt, 0, used.length);
          if (rule.holds(candidates, attempt)) {
            held++;
            System.arraycopy(attempt, 0, used, 0, used.length);
          }
        }
        yield held >= gate.count();
      }
    };
  }

  /// @throws PolicyConfigException if the policy has no type or names a principal that is not there
  static SignatureRule compile(SignaturePolicy policy, List<MSPPrincipal> principals)
      throws PolicyConfigException {
    return switch (policy.getTypeCase()) {
      case N_OUT_OF -> {
        List<SignatureRule> rules = new ArrayList<>(policy.getNOutOf().getRulesCount());
        for (SignaturePolicy rule : policy.getNOutOf().getRulesList()) {
          rules.add(compile(rule, principals));
        }
        yield new OutOf(policy.getNOutOf().getN(), rules);
      }
      case SIGNED_BY -> {
        int index = policy.getSignedBy();
        if (index < 0 || index >= principals.size()) {
          throw new PolicyConfigException(
              "identity index out of range, requested "
                  + index
                  + ", but identities length is "
                  + principals.size());
        }
        yield new SignedBy(principals.get(index));
      }
      case TYPE_NOT_SET -> throw new PolicyConfigException("Unknown type: <nil>:<nil>");
    };
  }
}
