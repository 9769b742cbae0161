package io.denim.gateway;

import io.denim.gateway.OrdererTargets.Target;
import io.denim.wire.TlsConfigurationException;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.BroadcastResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a transaction to the orderers: to one after the other until one takes it, or under BFT to
/// all at once until a quorum has taken it. Owned by the thread that serves the call.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/submit.go.
final class Submission {
  private static final Logger LOG = LoggerFactory.getLogger(Submission.class);
  private static final String TIMEOUT =
      "submit timeout expired while broadcasting to ordering service";
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;

  private final NodeConnections connections;
  private final Duration patience;
  private final List<Target> orderers;
  private final Envelope transaction;

  Submission(
      NodeConnections connections, Duration patience, List<Target> orderers, Envelope transaction) {
    this.connections = connections;
    this.patience = patience;
    this.orderers = orderers;
    this.transaction = transaction;
  }

  /// What an orderer said.
  private sealed interface Answer {
    record Responded(BroadcastResponse response) implements Answer {}

    record Failed(String message) implements Answer {}
  }

  private record Reply(Target orderer, Answer answer) {}

  /// @throws io.grpc.StatusRuntimeException for the client
  void toOne() {
    List<Target> shuffled = new ArrayList<>(orderers);
    Collections.shuffle(shuffled);
    List<ErrorDetail> errors = new ArrayList<>();
    try (Mailbox<Reply> replies = new Mailbox<>(Context.current())) {
      for (Target orderer : shuffled) {
        broadcast(orderer, replies, Context.current());
        Optional<Reply> reply = replies.take();
        if (reply.isEmpty()) {
          throw RpcErrors.of(Code.DEADLINE_EXCEEDED, TIMEOUT);
        }
        switch (reply.get().answer()) {
          case Answer.Failed(String message) -> {
            LOG.warn("Error sending transaction to orderer {}: {}", orderer.address(), message);
            errors.add(error(orderer, message));
          }
          case Answer.Responded(BroadcastResponse response) -> {
            if (isFinal(orderer, response)) {
              return;
            }
          }
        }
      }
    }
    throw RpcErrors.of(
        Code.UNAVAILABLE, "no orderers could successfully process transaction", errors);
  }

  /// Whether the orderer took it; a refusal of the transaction itself ends the call.
  private static boolean isFinal(Target orderer, BroadcastResponse response) {
    int status = response.getStatusValue();
    if (status == org.hyperledger.fabric.protos.common.Status.SUCCESS_VALUE) {
      return true;
    }
    LOG.warn(
        "Unsuccessful response from orderer {}: {} {}",
        orderer.address(),
        response.getStatus(),
        response.getInfo());
    if (status >= FIRST_CLIENT_ERROR && status < FIRST_SERVER_ERROR) {
      throw RpcErrors.of(Code.ABORTED, unsuccessful(response));
    }
    return false;
  }

  private static String unsuccessful(BroadcastResponse response) {
    return "received unsuccessful response from orderer: status="
        + response.getStatus()
        + ", info="
        + response.getInfo();
  }

  /// @throws io.grpc.StatusRuntimeException for the client
  void toQuorum() {
    int nodes = orderers.size();
    int faulty = (nodes - 1) / 3;
    int quorum = (nodes + faulty + 2) / 2; // half of one more than both, rounded up
    List<ErrorDetail> errors = new ArrayList<>();
    int successes = 0;
    try (Mailbox<Reply> replies = new Mailbox<>(Context.current())) {
      // The rest shall have it too when a quorum is reached and the client's call is over.
      orderers.forEach(orderer -> broadcast(orderer, replies, Context.ROOT));
      for (int i = 0; i < nodes && errors.size() <= nodes - quorum; i++) {
        Optional<Reply> reply = replies.take();
        if (reply.isEmpty()) {
          throw RpcErrors.of(Code.DEADLINE_EXCEEDED, TIMEOUT);
        }
        Optional<String> failure = failure(reply.get().answer());
        if (failure.isPresent()) {
          errors.add(error(reply.get().orderer(), failure.get()));
          continue;
        }
        successes++;
        if (successes >= quorum) {
          return;
        }
      }
    }
    throw RpcErrors.of(
        Code.UNAVAILABLE,
        "insufficient number of orderers could successfully process transaction to satisfy quorum"
            + " requirement",
        errors);
  }

  private static Optional<String> failure(Answer answer) {
    return switch (answer) {
      case Answer.Failed(String message) -> Optional.of(message);
      case Answer.Responded(BroadcastResponse response) -> {
        boolean known =
            response.getStatus() == org.hyperledger.fabric.protos.common.Status.SERVICE_UNAVAILABLE
                && response.getInfo().equals("failed to submit request: request already exists");
        boolean taken = response.getStatus() == org.hyperledger.fabric.protos.common.Status.SUCCESS;
        yield taken || known ? Optional.empty() : Optional.of(unsuccessful(response));
      }
    };
  }

  private static ErrorDetail error(Target orderer, String message) {
    return ErrorDetail.newBuilder()
        .setAddress(orderer.address())
        .setMspId(orderer.mspId())
        .setMessage(message)
        .build();
  }

  private void broadcast(Target orderer, Mailbox<Reply> replies, Context context) {
    AtomicBoolean answered = new AtomicBoolean();
    FirstResponse first =
        new FirstResponse(answer -> {
          if (answered.compareAndSet(false, true)) {
            replies.put(new Reply(orderer, answer));
          }
        });
    Context previous = context.attach();
    try {
      ManagedChannel connection = connections.orderer(orderer.address(), orderer.tlsRoots());
      StreamObserver<Envelope> stream =
          AtomicBroadcastGrpc.newStub(connection)
              .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
              .broadcast(first);
      stream.onNext(transaction);
      stream.onCompleted();
    } catch (TlsConfigurationException e) {
      first.answer.accept(new Answer.Failed("cannot connect: " + e.getMessage()));
    } finally {
      context.detach(previous);
    }
  }

  /// Takes a stream's first response or its failure.
  private static final class FirstResponse implements StreamObserver<BroadcastResponse> {
    private final Consumer<Answer> answer;

    FirstResponse(Consumer<Answer> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(BroadcastResponse response) {
      answer.accept(new Answer.Responded(response));
    }

    @Override
    public void onError(Throwable error) {
      answer.accept(new Answer.Failed(RpcErrors.text(Status.fromThrowable(error))));
    }

    @Override
    public void onCompleted() {
      answer.accept(new Answer.Failed("EOF"));
    }
  }
}
