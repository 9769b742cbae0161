package io.denim.policy;

import io.denim.identity.Identity;
import java.util.List;
import org.hyperledger.fabric.protos.common.MSPPrincipal;

/// Identities whose signatures the caller vouches for. Immutable.
record IdentityList(List<Identity> identities) implements Candidates {
  IdentityList {
    identities = List.copyOf(identities);
  }

  @Override
  public int size() {
    return identities.size();
  }

  @Override
  public boolean satisfies(int candidate, MSPPrincipal principal) {
    return identities.get(candidate).satisfies(principal).matches();
  }
}
