package io.denim.peer.system;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Finds the chaincode that a client called, as opposed to one that was called from chaincode
/// (fabric v3.1.5 protoutil/proputils.go).
final class InvokedChaincode {
  private InvokedChaincode() {}

  /// Why a system chaincode must not answer: the client called another one.
  static Optional<String> refusal(String own, String because, Optional<SignedProposal> proposal) {
    String called;
    try {
      called =
          ChaincodeInvocationSpec.parseFrom(
                  ChaincodeProposalPayload.parseFrom(
                          Proposal.parseFrom(
                                  proposal
                                      .orElse(SignedProposal.getDefaultInstance())
                                      .getProposalBytes())
                              .getPayload())
                      .getInput())
              .getChaincodeSpec()
              .getChaincodeId()
              .getName();
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("Failed to identify the called chaincode: " + e.getMessage());
    }
    return called.equals(own)
        ? Optional.empty()
        : Optional.of(
            "Rejecting invoke of "
                + own.toUpperCase(java.util.Locale.ROOT)
                + " from another chaincode"
                + because
                + ", original invocation for '"
                + called
                + "'");
  }
}
