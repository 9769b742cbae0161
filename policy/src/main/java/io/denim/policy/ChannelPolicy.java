package io.denim.policy;

import io.denim.identity.Identity;
import io.denim.identity.MspManager;
import java.util.List;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// A policy over one channel's members, which knows how to judge candidates and how to be written
/// as one signature policy. Immutable.
abstract class ChannelPolicy implements Policy {
  private final MspManager msps;

  ChannelPolicy(MspManager msps) {
    this.msps = msps;
  }

  @Override
  public final PolicyOutcome evaluate(List<SignedData> signatures) {
    return judge(SignerSet.of(signatures, msps));
  }

  @Override
  public final PolicyOutcome evaluateIdentities(List<Identity> identities) {
    return judge(new IdentityList(identities));
  }

  abstract PolicyOutcome judge(Candidates candidates);

  /// @throws PolicyConfigException if it cannot be written so
  abstract SignaturePolicyEnvelope asSignaturePolicy() throws PolicyConfigException;
}
