package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.endorse.ProposalOutcome;
import io.denim.identity.SigningIdentity;
import io.denim.ledger.LedgerException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.EndorserGrpc;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// A peer whose chaincode answers what it is told to.
final class TestEndorser extends EndorserGrpc.EndorserImplBase implements LocalEndorser {
  private final SigningIdentity self;
  final AtomicInteger asked = new AtomicInteger();
  volatile Response response = Response.newBuilder().setStatus(200).build();
  volatile String result = "result";
  volatile ChaincodeInterest interest = ChaincodeInterest.getDefaultInstance();
  volatile boolean crashed;
  volatile boolean outOfTime;
  volatile boolean broken;

  TestEndorser(SigningIdentity self) {
    this.self = self;
  }

  @Override
  public ProposalOutcome process(SignedProposal proposal) {
    if (broken) {
      asked.incrementAndGet();
      throw new LedgerException("cannot read the state: Input/output error");
    }
    if (outOfTime) {
      asked.incrementAndGet();
      return new ProposalOutcome.NotNow("proposal client identity expired");
    }
    return new ProposalOutcome.Responded(answer(proposal));
  }

  @Override
  public void processProposal(SignedProposal proposal, StreamObserver<ProposalResponse> observer) {
    if (outOfTime) {
      asked.incrementAndGet();
      observer.onError(
          Status.UNKNOWN.withDescription("proposal client identity expired").asRuntimeException());
      return;
    }
    observer.onNext(answer(proposal));
    observer.onCompleted();
  }

  private ProposalResponse answer(SignedProposal proposal) {
    asked.incrementAndGet();
    if (crashed) {
      return ProposalResponse.newBuilder()
          .setResponse(
              Response.newBuilder().setStatus(500).setMessage("error in simulation: crashed"))
          .build();
    }
    if (response.getStatus() != 200) {
      return ProposalResponse.newBuilder()
          .setResponse(response)
          .setPayload(ByteString.copyFromUtf8("failed"))
          .build();
    }
    ByteString payload = payload(txId(proposal));
    return ProposalResponse.newBuilder()
        .setVersion(1)
        .setResponse(response)
        .setPayload(payload)
        .setInterest(interest)
        .setEndorsement(
            Endorsement.newBuilder()
                .setEndorser(self.serialized())
                .setSignature(self.sign(payload.concat(self.serialized()))))
        .build();
  }

  private static String txId(SignedProposal proposal) {
    try {
      return ProposalContents.of(proposal).channelHeader().getTxId();
    } catch (ProposalContents.MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private ByteString payload(String txId) {
    ChaincodeEvent event =
        ChaincodeEvent.newBuilder()
            .setChaincodeId("basic")
            .setEventName("done")
            .setTxId(txId)
            .setPayload(ByteString.copyFromUtf8(result))
            .build();
    ChaincodeAction action =
        ChaincodeAction.newBuilder()
            .setResponse(
                Response.newBuilder().setStatus(200).setPayload(ByteString.copyFromUtf8(result)))
            .setEvents(event.toByteString())
            .build();
    return ProposalResponsePayload.newBuilder()
        .setProposalHash(ByteString.copyFromUtf8("hash"))
        .setExtension(action.toByteString())
        .build()
        .toByteString();
  }
}
