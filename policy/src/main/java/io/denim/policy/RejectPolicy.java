package io.denim.policy;

import io.denim.identity.MspManager;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// Stands in for a policy that is not there, and rejects everything. Immutable.
final class RejectPolicy extends ChannelPolicy {
  private final String reason;

  RejectPolicy(String name, MspManager msps) {
    super(msps);
    this.reason = "no such policy: '" + name + "'";
  }

  @Override
  PolicyOutcome judge(Candidates candidates) {
    return PolicyOutcome.no(reason);
  }

  @Override
  SignaturePolicyEnvelope asSignaturePolicy() throws PolicyConfigException {
    throw new PolicyConfigException(reason);
  }
}
