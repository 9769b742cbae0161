package io.denim.policy;

import java.util.List;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// The minimal combinations of principals that satisfy a signature policy (fabric v3.1.5
/// common/policies/inquire).
@SuppressWarnings("DoNotCallSuggester")
public final class PrincipalSets {
  private PrincipalSets() {}

  /// Each list is one combination; a principal is repeated as often as different identities must
  /// sign for it.
  public static List<List<MSPPrincipal>> satisfying(SignaturePolicyEnvelope policy) {
    throw new UnsupportedOperationException();
  }
}
