package io.denim.endorse;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// `protos.Endorser`: proposals from clients and from other peers' gateways.
public final class EndorserService extends EndorserGrpc.EndorserImplBase {
  private final Endorser endorser;

  public EndorserService(Endorser endorser) {
    this.endorser = endorser;
  }

  @Override
  public void processProposal(SignedProposal signed, StreamObserver<ProposalResponse> response) {
    switch (endorser.process(signed)) {
      case ProposalOutcome.Responded(ProposalResponse answer) -> {
        response.onNext(answer);
        response.onCompleted();
      }
      case ProposalOutcome.Refused(String reason) -> refuse(response, reason);
      case ProposalOutcome.NotNow(String reason) -> refuse(response, reason);
    }
  }

  private static void refuse(StreamObserver<ProposalResponse> response, String reason) {
    response.onError(Status.UNKNOWN.withDescription(reason).asRuntimeException());
  }
}
