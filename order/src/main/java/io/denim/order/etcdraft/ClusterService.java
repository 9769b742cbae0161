package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.consensus.Message;
import io.denim.metrics.Gauge;
import io.denim.order.Submission;
import io.denim.wire.Caller;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.orderer.ClusterGrpc;
import org.hyperledger.fabric.protos.orderer.ConsensusRequest;
import org.hyperledger.fabric.protos.orderer.StepRequest;
import org.hyperledger.fabric.protos.orderer.StepResponse;
import org.hyperledger.fabric.protos.orderer.SubmitRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `orderer.Cluster`: takes what other orderers say, each known by its TLS certificate's key, and
/// gives it to the channel's chain (fabric v3.1.5 orderer/common/cluster/service.go, comm.go). A
/// message that is refused ends its stream. Safe for use by any thread.
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.cluster");

  private final Gauge streams;
  private final Map<String, Member> channels = new ConcurrentHashMap<>();

  /// @param streams counts those that are open
  ClusterService(Gauge streams) {
    this.streams = streams;
  }

  /// A channel that takes messages.
  record Member(EtcdRaftChain chain, GrpcCluster cluster, RaftInbox inbox) {}

  void add(String channelId, Member member) {
    channels.put(channelId, member);
  }

  void remove(String channelId, EtcdRaftChain chain) {
    channels.computeIfPresent(channelId, (id, member) -> member.chain() == chain ? null : member);
  }

  @Override
  public StreamObserver<StepRequest> step(StreamObserver<StepResponse> responses) {
    ((ServerCallStreamObserver<StepResponse>) responses).setOnCancelHandler(() -> streams.add(-1));
    ((ServerCallStreamObserver<StepResponse>) responses).setOnCloseHandler(() -> streams.add(-1));
    streams.add(1);
    return new Stream(responses, Caller.current());
  }

  /// What another orderer sent that this one does not take.
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }
  }

  private final class Stream implements StreamObserver<StepRequest> {
    private final StreamObserver<StepResponse> responses;
    private final Caller caller;
    private final @Nullable ByteString publicKey;
    private boolean ended; // calls of one stream come one after the other

    Stream(StreamObserver<StepResponse> responses, Caller caller) {
      this.responses = responses;
      this.caller = caller;
      this.publicKey =
          caller
              .tlsCertificate()
              .map(certificate -> ByteString.copyFrom(certificate.getPublicKey().getEncoded()))
              .orElse(null);
    }

    @Override
    public void onNext(StepRequest request) {
      if (ended) {
        return;
      }
      try {
        switch (request.getPayloadCase()) {
          case CONSENSUS_REQUEST -> consensus(request.getConsensusRequest());
          case SUBMIT_REQUEST -> submit(request.getSubmitRequest());
          case PAYLOAD_NOT_SET ->
              throw new RefusedException("message is neither a Submit nor a Consensus request");
        }
      } catch (RefusedException e) {
        LOG.warn("Refusing a message from {}: {}", caller.address(), e.getMessage());
        end(Status.UNKNOWN.withDescription(e.getMessage()));
      } catch (InterruptedException e) {
        end(Status.CANCELLED);
        Thread.currentThread().interrupt();
      }
    }

    private void consensus(ConsensusRequest request) throws RefusedException {
      Member member = member(request.getChannel());
      long sender = sender(member);
      try {
        Optional<Message> message =
            RaftMessages.decode(io.denim.wire.raft.Message.parseFrom(request.getPayload()));
        if (message.isEmpty()) {
          return;
        }
        if (message.get().from() != sender) {
          throw new RefusedException(
              "node " + sender + " speaks in the name of node " + message.get().from());
        }
        if (message.get().to() != member.chain().nodeId()) {
          LOG.warn(
              "[channel: {}] Received msg to {}, which this node is not",
              request.getChannel(),
              message.get().to());
          return;
        }
        member.chain().tell(sender, request.getMetadata());
        member.inbox().offer(new RaftInbox.Event.Received(message.get()));
      } catch (InvalidProtocolBufferException e) {
        throw new RefusedException(
            "failed to unmarshal StepRequest payload to Raft Message: " + e.getMessage());
      }
    }

    private void submit(SubmitRequest request) throws RefusedException, InterruptedException {
      Member member = member(request.getChannel());
      sender(member);
      Submission submission =
          member
              .chain()
              .orderForwarded(
                  request.getPayload(), request.getLastValidationSeq(), isConfig(request));
      if (submission instanceof Submission.Unavailable(String reason)) {
        throw new RefusedException(reason);
      }
    }

    private boolean isConfig(SubmitRequest request) throws RefusedException {
      try {
        Payload payload = Payload.parseFrom(request.getPayload().getPayload());
        return ChannelHeader.parseFrom(payload.getHeader().getChannelHeader()).getType()
            == HeaderType.CONFIG_VALUE;
      } catch (InvalidProtocolBufferException e) {
        throw new RefusedException("bad message: " + e.getMessage());
      }
    }

    private Member member(String channelId) throws RefusedException {
      if (channelId.isEmpty()) {
        throw new RefusedException("badly formatted message, cannot extract channel");
      }
      Member member = channels.get(channelId);
      if (member == null) {
        throw new RefusedException("channel " + channelId + " doesn't exist");
      }
      return member;
    }

    private long sender(Member member) throws RefusedException {
      if (publicKey == null) {
        throw new RefusedException("no TLS certificate sent");
      }
      Long sender = member.cluster().memberOf(publicKey);
      if (sender == null) {
        throw new RefusedException("certificate extracted from TLS connection isn't authorized");
      }
      return sender;
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

    private void end(Status status) {
      ended = true;
      responses.onError(status.asRuntimeException());
    }
  }
}
