package io.denim.policy;

import org.hyperledger.fabric.protos.common.MSPPrincipal;

/// Those of whom some may satisfy a policy, in the order in which gates try them.
interface Candidates {
  int size();

  /// Whether the candidate counts at all and is what the principal asks for.
  boolean satisfies(int candidate, MSPPrincipal principal);
}
