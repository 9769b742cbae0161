package io.denim.order;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.deliver.DeliverChannel;
import io.denim.deliver.DeliverForm;
import io.denim.deliver.DeliverHandler;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.denim.wire.Caller;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `orderer.AtomicBroadcast`: takes messages to be ordered and delivers blocks (fabric v3.1.5
/// orderer/common/broadcast/broadcast.go, orderer/common/server/server.go). A stream's messages are
/// answered one after the other; while a chain's queue is full, its senders wait. A message that is
/// refused ends its stream, as upstream's does.
final class AtomicBroadcastService extends AtomicBroadcastGrpc.AtomicBroadcastImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AtomicBroadcastService.class);

  private final Function<String, Optional<OrderingChannel>> channels;
  private final DeliverHandler deliver;

  AtomicBroadcastService(
      Function<String, Optional<OrderingChannel>> channels, DeliverHandler deliver) {
    this.channels = channels;
    this.deliver = deliver;
  }

  @Override
  public StreamObserver<Envelope> broadcast(StreamObserver<BroadcastResponse> responses) {
    return new BroadcastStream(
        (ServerCallStreamObserver<BroadcastResponse>) responses, Caller.current());
  }

  @Override
  public StreamObserver<Envelope> deliver(StreamObserver<DeliverResponse> responses) {
    return deliver.serve(
        (ServerCallStreamObserver<DeliverResponse>) responses,
        new Form(),
        AtomicBroadcastService::checkReader);
  }

  /// Reading needs the channel's Readers policy; in maintenance mode, that of the orderers alone.
  private static PolicyOutcome checkReader(ChannelConfig config, SignedData reader) {
    boolean maintenance = config.orderer().orElseThrow().consensus().maintenance();
    String policy = maintenance ? "/Channel/Orderer/Readers" : "/Channel/Readers";
    return config.policies().policy(policy).evaluate(List.of(reader));
  }

  @SuppressWarnings("deprecation") // a type of old is refused by name
  private BroadcastResponse answer(Envelope envelope, Caller caller) throws InterruptedException {
    SubmittedMessage message;
    try {
      message = SubmittedMessage.of(envelope);
    } catch (InvalidProtocolBufferException e) {
      return refused(
          "unknown",
          caller,
          Status.BAD_REQUEST,
          "could not determine channel ID: " + e.getMessage());
    }
    Optional<OrderingChannel> channel = channels.apply(message.channelId());
    if (channel.isEmpty()) {
      return refused(message.channelId(), caller, Status.BAD_REQUEST, "channel does not exist");
    }
    return switch (message.channelHeader().getType()) {
      case HeaderType.CONFIG_VALUE ->
          refused(
              message.channelId(),
              caller,
              Status.BAD_REQUEST,
              "message is of type that cannot be processed directly");
      case HeaderType.ORDERER_TRANSACTION_VALUE ->
          refused(
              message.channelId(),
              caller,
              Status.BAD_REQUEST,
              "message is of type that is no longer supported");
      default -> order(channel.get(), message, caller);
    };
  }

  private static BroadcastResponse order(
      OrderingChannel channel, SubmittedMessage message, Caller caller)
      throws InterruptedException {
    boolean isUpdate = message.channelHeader().getType() == HeaderType.CONFIG_UPDATE_VALUE;
    return switch (channel.check(message, isUpdate)) {
      case Verdict.Rejected(Status status, String reason) ->
          refused(message.channelId(), caller, status, reason);
      case Verdict.Passed(Envelope checked, long sequence) -> {
        Submission submission =
            isUpdate
                ? channel.chain().configure(checked, sequence)
                : channel.chain().order(checked, sequence);
        yield switch (submission) {
          case Submission.Accepted _ ->
              BroadcastResponse.newBuilder().setStatus(Status.SUCCESS).build();
          case Submission.Unavailable(String reason) ->
              refused(message.channelId(), caller, Status.SERVICE_UNAVAILABLE, reason);
        };
      }
    };
  }

  private static BroadcastResponse refused(
      String channelId, Caller caller, Status status, String reason) {
    LOG.warn(
        "[channel: {}] Rejecting broadcast of message from {} with {}: {}",
        channelId,
        caller.address(),
        status,
        reason);
    return BroadcastResponse.newBuilder().setStatus(status).setInfo(reason).build();
  }

  /// One client's messages. gRPC asks for the next message only after this one is answered, so a
  /// stream holds one message at a time.
  private final class BroadcastStream implements StreamObserver<Envelope> {
    private final ServerCallStreamObserver<BroadcastResponse> responses;
    private final Caller caller;
    private boolean ended; // calls of one stream come one after the other

    BroadcastStream(ServerCallStreamObserver<BroadcastResponse> responses, Caller caller) {
      this.responses = responses;
      this.caller = caller;
      responses.setOnCancelHandler(() -> {}); // then a send to a client that left is no error
    }

    @Override
    public void onNext(Envelope envelope) {
      if (ended) {
        return;
      }
      try {
        BroadcastResponse response = answer(envelope, caller);
        responses.onNext(response);
        if (response.getStatus() != Status.SUCCESS) {
          ended = true;
          responses.onCompleted();
        }
      } catch (InterruptedException e) {
        ended = true;
        responses.onError(
            io.grpc.Status.UNAVAILABLE.withDescription("the orderer stops").asRuntimeException());
      }
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
      LOG.debug("Broadcast stream from {} ended: {}", caller.address(), error.toString());
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        ended = true;
        responses.onCompleted();
      }
    }
  }

  private record Form() implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return DeliverResponse.newBuilder().setStatus(status).build();
    }

    @Override
    public DeliverResponse block(DeliverChannel channel, Block block, SignedData request) {
      return DeliverResponse.newBuilder().setBlock(block).build();
    }
  }
}
