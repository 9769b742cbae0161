package io.denim.validate;

import io.denim.policy.Policy;
import io.denim.policy.SignedData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A transaction's endorsements, and which policies they satisfy. Used by one thread.
final class SignatureSet {
  private final List<SignedData> endorsements;
  private final Map<Policy, Boolean> satisfied = new HashMap<>();

  SignatureSet(List<SignedData> endorsements) {
    this.endorsements = endorsements;
  }

  boolean satisfies(Policy policy) {
    return satisfied.computeIfAbsent(policy, p -> p.evaluate(endorsements).satisfied());
  }
}
