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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `orderer.AtomicBroadcast`: takes messages to be ordered and delivers blocks (fabric v3.1.5
/// orderer/common/broadcast/broadcast.go, orderer/common/server/server.go). A message is answered
/// once it is in a block, in its stream's order, while the stream's next ones are taken already;
/// while a chain has too many, its senders wait. A message that is refused ends its stream, as
/// upstream's does.
final class AtomicBroadcastService extends AtomicBroadcastGrpc.AtomicBroadcastImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AtomicBroadcastService.class);

  private static final int MAX_UNANSWERED = 2_000;
  private static final BroadcastResponse SUCCESS =
      BroadcastResponse.newBuilder().setStatus(Status.SUCCESS).build();

  private final Function<String, Optional<OrderingChannel>> channels;
  private final DeliverHandler deliver;
  private final BroadcastMetrics metrics;

  AtomicBroadcastService(
      Function<String, Optional<OrderingChannel>> channels,
      DeliverHandler deliver,
      BroadcastMetrics metrics) {
    this.metrics = metrics;
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
  private void take(Envelope envelope, Caller caller, Consumer<BroadcastResponse> answer)
      throws InterruptedException {
    SubmittedMessage message;
    try {
      message = SubmittedMessage.of(envelope);
    } catch (InvalidProtocolBufferException e) {
      answer.accept(
          refused(
              "unknown",
              caller,
              Status.BAD_REQUEST,
              "could not determine channel ID: " + e.getMessage()));
      return;
    }
    Optional<OrderingChannel> channel = channels.apply(message.channelId());
    if (channel.isEmpty()) {
      answer.accept(
          refused(message.channelId(), caller, Status.BAD_REQUEST, "channel does not exist"));
      return;
    }
    switch (message.channelHeader().getType()) {
      case HeaderType.CONFIG_VALUE ->
          answer.accept(
              refused(
                  message.channelId(),
                  caller,
                  Status.BAD_REQUEST,
                  "message is of type that cannot be processed directly"));
      case HeaderType.ORDERER_TRANSACTION_VALUE ->
          answer.accept(
              refused(
                  message.channelId(),
                  caller,
                  Status.BAD_REQUEST,
                  "message is of type that is no longer supported"));
      default -> order(channel.get(), message, caller, answer);
    }
  }

  private void order(
      OrderingChannel channel,
      SubmittedMessage message,
      Caller caller,
      Consumer<BroadcastResponse> answer)
      throws InterruptedException {
    boolean isUpdate = message.channelHeader().getType() == HeaderType.CONFIG_UPDATE_VALUE;
    long start = System.nanoTime();
    switch (channel.check(message, isUpdate)) {
      case Verdict.Rejected(Status status, String reason) -> {
        metrics.validated(message, status, start);
        metrics.processed(message, status);
        answer.accept(refused(message.channelId(), caller, status, reason));
      }
      case Verdict.Passed(Envelope checked, long sequence) -> {
        metrics.validated(message, Status.SUCCESS, start);
        long enqueue = System.nanoTime();
        Receipt receipt = submission -> answer.accept(answer(submission, message, caller));
        if (isUpdate) {
          channel.chain().configure(checked, sequence, receipt);
        } else {
          channel.chain().order(checked, sequence, receipt);
        }
        metrics.enqueued(message, enqueue);
      }
    }
  }

  private BroadcastResponse answer(Submission submission, SubmittedMessage message, Caller caller) {
    return switch (submission) {
      case Submission.Accepted accepted -> {
        metrics.processed(message, Status.SUCCESS);
        yield SUCCESS;
      }
      case Submission.Unavailable(String reason) -> {
        metrics.processed(message, Status.SERVICE_UNAVAILABLE);
        yield refused(message.channelId(), caller, Status.SERVICE_UNAVAILABLE, reason);
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

  /// One client's messages. gRPC calls come one after the other; answers come from any thread and
  /// leave in the order of the messages.
  private final class BroadcastStream implements StreamObserver<Envelope> {
    private final ServerCallStreamObserver<BroadcastResponse> responses;
    private final Caller caller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Queue<Answer> answers = new ArrayDeque<>(); // guarded by lock
    private boolean ended; // guarded by lock: nothing more is sent or taken
    private boolean finished; // guarded by lock: the client sends no more

    /// The place of an answer that may not be there yet.
    private static final class Answer {
      private @Nullable BroadcastResponse response; // guarded by the stream's lock
    }

    BroadcastStream(ServerCallStreamObserver<BroadcastResponse> responses, Caller caller) {
      this.responses = responses;
      this.caller = caller;
      responses.setOnCancelHandler(this::end); // then a send to a client that left is no error
    }

    @Override
    public void onNext(Envelope envelope) {
      Answer answer = new Answer();
      try {
        if (enqueue(answer)) {
          take(envelope, caller, response -> answered(answer, response));
        }
      } catch (InterruptedException e) {
        end();
        responses.onError(
            io.grpc.Status.UNAVAILABLE.withDescription("the orderer stops").asRuntimeException());
      }
    }

    private boolean enqueue(Answer answer) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (!ended && answers.size() >= MAX_UNANSWERED) {
          room.await();
        }
        return !ended && answers.add(answer);
      } finally {
        lock.unlock();
      }
    }

    private void answered(Answer answer, BroadcastResponse response) {
      lock.lock();
      try {
        answer.response = response;
        Answer first = answers.peek();
        while (!ended && first != null && first.response != null) {
          answers.remove();
          responses.onNext(first.response);
          if (first.response.getStatus() != Status.SUCCESS) {
            ended = true;
            responses.onCompleted();
          }
          first = answers.peek();
        }
        completeIfDone();
        room.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void completeIfDone() {
      if (finished && !ended && answers.isEmpty()) {
        ended = true;
        responses.onCompleted();
      }
    }

    private void end() {
      lock.lock();
      try {
        ended = true;
        answers.clear();
        room.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onError(Throwable error) {
      end();
      LOG.debug("Broadcast stream from {} ended: {}", caller.address(), error.toString());
    }

    @Override
    public void onCompleted() {
      lock.lock();
      try {
        finished = true;
        completeIfDone();
      } finally {
        lock.unlock();
      }
    }
  }

  private record Form() implements DeliverForm<DeliverResponse> {
    @Override
    public DeliverResponse status(Status status) {
      return DeliverResponse.newBuilder().setStatus(status).build();
    }

    @Override
    public String dataType() {
      return "block";
    }

    @Override
    public DeliverResponse block(DeliverChannel channel, Block block, SignedData request) {
      return DeliverResponse.newBuilder().setBlock(block).build();
    }
  }
}
