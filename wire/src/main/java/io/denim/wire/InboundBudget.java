package io.denim.wire;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;

/// Bounds the memory that messages take while they come in. Whoever connects may send a large
/// message, or begin one and pause, on any number of streams, long before a handler sees who it is.
/// Beyond the budget, large messages are refused with `RESOURCE_EXHAUSTED`, and small ones only
/// where they alone have used up as much again. Safe for use by any thread.
final class InboundBudget extends ServerStreamTracer.Factory {
  /// Up to here a message is small: most transactions are.
  static final int SMALL_BYTES = 64 * 1024;

  private final long budget;
  private final AtomicLong held = new AtomicLong();

  /// @param budget in bytes; no less than the largest message
  InboundBudget(long budget) {
    this.budget = budget;
  }

  /// An eighth of the heap, as several servers may share it, but room for one message at least.
  static InboundBudget customary(int maxMessageBytes) {
    return new InboundBudget(
        Math.max(Runtime.getRuntime().maxMemory() / 8, maxMessageBytes + maxMessageBytes / 4L));
  }

  /// How many bytes messages under way take now.
  long held() {
    return held.get();
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new Share();
  }

  /// What one stream holds of the budget: the bytes of a message from when they come in until it is
  /// handed on or the stream ends.
  private final class Share extends ServerStreamTracer {
    private final AtomicLong own = new AtomicLong();

    @Override
    public void inboundWireSize(long bytes) {
      long message = own.addAndGet(bytes);
      long all = held.addAndGet(bytes);
      if (all > (message > SMALL_BYTES ? budget : 2 * budget)) {
        free();
        throw Status.RESOURCE_EXHAUSTED
            .withDescription(
                "too many large messages at once: this one does not fit into the "
                    + budget
                    + " bytes that all messages under way may take; send it again later")
            .asRuntimeException();
      }
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long size) {
      free();
    }

    @Override
    public void streamClosed(Status status) {
      free();
    }

    private void free() {
      held.addAndGet(-own.getAndSet(0));
    }
  }
}
