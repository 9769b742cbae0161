package io.denim.gossip;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.Identity;
import io.denim.wire.Caller;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Acknowledgement;
import org.hyperledger.fabric.protos.gossip.Empty;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipGrpc;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PrivatePayload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gossip.Gossip` as far as private data needs it: peers introduce themselves and bring private
/// writes, which are acknowledged once they are kept. Other messages are let pass. gRPC calls each
/// stream's methods one after the other.
///
/// Follows fabric v3.1.5 gossip/comm/comm_impl.go, gossip/state/state.go.
public final class GossipService extends GossipGrpc.GossipImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(GossipService.class);

  private final GossipSelf self;
  private final Handshake handshake;
  private final PrivateDataIntake intake;

  public GossipService(GossipSelf self, GossipMembers members, PrivateDataIntake intake) {
    this.self = self;
    this.handshake = new Handshake(self, members);
    this.intake = intake;
  }

  @Override
  public void ping(Empty request, StreamObserver<Empty> response) {
    response.onNext(Empty.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public StreamObserver<Envelope> gossipStream(StreamObserver<Envelope> responses) {
    responses.onNext(handshake.greeting(self.serverCertificate()));
    return new Stream(responses, Caller.current());
  }

  /// One connection of another peer.
  private final class Stream implements StreamObserver<Envelope> {
    private final StreamObserver<Envelope> responses;
    private final Caller caller;
    private Optional<Identity> peer = Optional.empty();
    private boolean ended;

    Stream(StreamObserver<Envelope> responses, Caller caller) {
      this.responses = responses;
      this.caller = caller;
    }

    @Override
    public void onNext(Envelope envelope) {
      if (ended) {
        return;
      }
      if (peer.isEmpty()) {
        introduce(envelope);
        return;
      }
      GossipMessage message;
      try {
        message = GossipMessage.parseFrom(envelope.getPayload());
      } catch (InvalidProtocolBufferException e) {
        refuse("malformed message: " + e.getMessage());
        return;
      }
      if (message.hasPrivateData()) {
        take(message, peer.get());
      }
    }

    private void introduce(Envelope envelope) {
      switch (handshake.judge(envelope, caller.tlsCertificate())) {
        case Handshake.Outcome.Accepted(Identity accepted) -> peer = Optional.of(accepted);
        case Handshake.Outcome.Refused(String reason) -> refuse(reason);
      }
    }

    private void refuse(String reason) {
      LOG.warn("Authentication failed for {}: {}", caller.address(), reason);
      ended = true;
      responses.onError(Status.PERMISSION_DENIED.withDescription(reason).asRuntimeException());
    }

    private void take(GossipMessage message, Identity sender) {
      PrivatePayload payload = message.getPrivateData().getPayload();
      Optional<String> refusal =
          intake.take(message.getChannel().toStringUtf8(), sender.serialized(), payload);
      refusal.ifPresent(reason ->
          LOG.warn(
              "Private data of transaction {} from {} is not kept: {}",
              payload.getTxId(),
              sender.mspId(),
              reason));
      GossipMessage answer =
          GossipMessage.newBuilder()
              .setNonce(message.getNonce())
              .setAck(Acknowledgement.newBuilder().setError(refusal.orElse("")))
              .build();
      responses.onNext(Envelope.newBuilder().setPayload(answer.toByteString()).build());
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        ended = true;
        responses.onCompleted();
      }
    }
  }
}
