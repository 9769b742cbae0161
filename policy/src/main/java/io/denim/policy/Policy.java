package io.denim.policy;

import io.denim.identity.Identity;
import java.util.List;

/// A rule about who must have signed (fabric v3.1.5 common/policies/policy.go). Immutable; safe for
/// use by any thread.
public interface Policy {
  /// Whether these signatures satisfy the policy. What cannot be read or verified is passed over;
  /// an identity counts once.
  PolicyOutcome evaluate(List<SignedData> signatures);

  /// Whether these identities, whose signatures the caller vouches for, satisfy the policy.
  PolicyOutcome evaluateIdentities(List<Identity> identities);
}
