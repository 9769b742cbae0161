package io.denim.endorse;

import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.Response;

/// What a peer says to a proposal.
public sealed interface ProposalOutcome {
  /// It was executed, or could not be: the response's status tells. Only a response with an
  /// endorsement can go into a transaction.
  record Responded(ProposalResponse response) implements ProposalOutcome {}

  /// It is not one that this peer executes: malformed, not signed by who it says, repeated, or not
  /// allowed. A gRPC error for its sender.
  record Refused(String reason) implements ProposalOutcome {}

  /// It is not of the present, since its time is off or its creator's certificate has expired; or
  /// this peer is not, as its ledger was reset and still grows. A gRPC error as well, but Fabric's
  /// filters say so before its endorser looks, and its gateway takes that for a peer that is not
  /// available, and asks the next one.
  record NotNow(String reason) implements ProposalOutcome {}

  /// A response with status 500 and without endorsement.
  static ProposalOutcome failed(String message) {
    return new Responded(
        ProposalResponse.newBuilder()
            .setResponse(Response.newBuilder().setStatus(500).setMessage(message))
            .build());
  }
}
