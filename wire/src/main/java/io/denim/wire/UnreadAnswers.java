package io.denim.wire;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;

/// Bounds the memory that large answers take until their clients have read them: who asks for many
/// and reads none would fill it. What does not fit is answered with `RESOURCE_EXHAUSTED`. Calls
/// with streams of answers wait for their reader instead ({@link OutboundStream}). Safe for use by
/// any thread.
final class UnreadAnswers implements ServerInterceptor {
  private final long budget;
  private final AtomicLong held = new AtomicLong();

  /// @param budget in bytes
  UnreadAnswers(long budget) {
    this.budget = budget;
  }

  /// A quarter of the heap, but room for one message at least.
  static UnreadAnswers customary(int maxMessageBytes) {
    return new UnreadAnswers(
        Math.max(Runtime.getRuntime().maxMemory() / 4, maxMessageBytes + maxMessageBytes / 4L));
  }

  /// How many bytes of answers wait now.
  long held() {
    return held.get();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    Answer<Q, R> answer = new Answer<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(answer, headers)) {
      @Override
      public void onCancel() {
        answer.end();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        answer.end();
        super.onComplete();
      }
    };
  }

  /// A call with its answer, which counts from when it is sent until the call is over.
  private final class Answer<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AtomicLong own = new AtomicLong();
    private volatile boolean ended;
    private boolean refused; // the sending thread's

    Answer(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void sendMessage(R message) {
      long size = message instanceof MessageLite known ? known.getSerializedSize() : 0;
      if (size <= InboundBudget.SMALL_BYTES) {
        super.sendMessage(message);
        return;
      }
      own.set(size);
      boolean fits = held.addAndGet(size) <= budget;
      if (ended) {
        free();
      }
      if (fits) {
        super.sendMessage(message);
        return;
      }
      free();
      refused = true;
      super.close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "too many large answers wait to be read: this one of "
                  + size
                  + " bytes does not fit into the "
                  + budget
                  + " bytes that all of them may take; ask again later"),
          new Metadata());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!refused) {
        super.close(status, trailers);
      }
    }

    void end() {
      ended = true;
      free();
    }

    private void free() {
      held.addAndGet(-own.getAndSet(0));
    }
  }
}
