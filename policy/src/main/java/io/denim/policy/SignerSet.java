package io.denim.policy;

import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.MspManager;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signers of a signature set. A signature is verified when its signer would count for the
/// first time, at most once; the outcome is the same as if all were verified first: of an
/// identity's signatures the first good one counts, in whatever spelling the identity comes. Owned
/// by the thread that evaluates.
///
/// Follows fabric v3.1.5 common/policies/policy.go SignatureSetToValidIdentities.
final class SignerSet implements Candidates {
  private static final Logger LOG = LoggerFactory.getLogger(SignerSet.class);

  private enum State {
    UNKNOWN,
    COUNTS,
    PASSED_OVER
  }

  /// A readable identity with its signature.
  private static final class Signer {
    final Identity identity;
    final SignedData signed;
    State state = State.UNKNOWN;

    Signer(Identity identity, SignedData signed) {
      this.identity = identity;
      this.signed = signed;
    }
  }

  private final List<Signer> signers;

  private SignerSet(List<Signer> signers) {
    this.signers = signers;
  }

  static SignerSet of(List<SignedData> signatures, MspManager msps) {
    List<Signer> signers = new ArrayList<>(signatures.size());
    for (SignedData signed : signatures) {
      switch (msps.deserialize(signed.identity())) {
        case IdentityOutcome.Accepted(Identity identity) ->
            signers.add(new Signer(identity, signed));
        case IdentityOutcome.Refused(IdentityOutcome.Stage _, String reason) ->
            LOG.debug("passing over an invalid identity in a signature set: {}", reason);
      }
    }
    return new SignerSet(signers);
  }

  @Override
  public int size() {
    return signers.size();
  }

  @Override
  public boolean satisfies(int candidate, MSPPrincipal principal) {
    Signer signer = signers.get(candidate);
    return signer.state != State.PASSED_OVER
        && signer.identity.satisfies(principal).matches()
        && counts(candidate);
  }

  private boolean counts(int candidate) {
    Signer signer = signers.get(candidate);
    if (signer.state == State.UNKNOWN) {
      boolean counts =
          !hasCountedBefore(candidate)
              && signer.identity.verify(signer.signed.data(), signer.signed.signature());
      signer.state = counts ? State.COUNTS : State.PASSED_OVER;
    }
    return signer.state == State.COUNTS;
  }

  private boolean hasCountedBefore(int candidate) {
    String id = signers.get(candidate).identity.id();
    for (int i = 0; i < candidate; i++) {
      if (signers.get(i).identity.id().equals(id) && counts(i)) {
        return true;
      }
    }
    return false;
  }
}
