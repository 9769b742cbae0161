package io.denim.validate;

import io.denim.identity.Identity;
import io.denim.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Those who endorsed a transaction, and which policies they satisfy. Used by one thread.
final class SignatureSet {
  private final List<Identity> endorsers;
  private final Map<Policy, Boolean> satisfied = new HashMap<>();

  SignatureSet(List<Identity> endorsers) {
    this.endorsers = endorsers;
  }

  boolean satisfies(Policy policy) {
    return satisfied.computeIfAbsent(policy, p -> p.evaluateIdentities(endorsers).satisfied());
  }
}
