package io.denim.peer;

import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.MspManager;
import io.denim.identity.SigningIdentity;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyLanguage;
import io.denim.policy.SignaturePolicies;
import java.util.List;

/// Who a peer is: its own MSP, and its signing key in it.
record PeerIdentity(LocalMsp msp, MspManager local, EnvelopeSigner signer) {
  static PeerIdentity load(PeerSettings.Self self, PeerNode.Environment environment)
      throws MspConfigException {
    LocalMsp msp =
        LocalMsp.load(
            self.mspDirectory(),
            self.keystore().orElseGet(() -> self.mspDirectory().resolve("keystore")),
            self.mspId(),
            environment.verifier(),
            environment.clock());
    return new PeerIdentity(
        msp,
        MspManager.of(List.of(msp.msp())),
        new EnvelopeSigner(msp.signingIdentity(), environment.clock()));
  }

  SigningIdentity signing() {
    return msp.signingIdentity();
  }

  /// Satisfied by members of the peer's own organization, or by its administrators alone.
  Policy own(boolean membersToo) {
    String role = membersToo ? ".member" : ".admin";
    try {
      return SignaturePolicies.compile(
          PolicyLanguage.parse("OR('" + msp.msp().mspId() + role + "')"), local);
    } catch (PolicyConfigException e) {
      throw new IllegalStateException("a policy of this node's own making is refused", e);
    }
  }
}
