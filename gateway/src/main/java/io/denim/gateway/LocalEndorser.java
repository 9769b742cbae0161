package io.denim.gateway;

import io.denim.endorse.ProposalOutcome;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// This peer's own endorser, which is asked without a connection.
@FunctionalInterface
public interface LocalEndorser {
  /// Processes a proposal; waits for its chaincode.
  ProposalOutcome process(SignedProposal proposal);
}
