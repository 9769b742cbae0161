package io.denim.wire;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The sending side of a gRPC stream for a thread that may block: a message waits until the
/// transport has room, so a slow reader slows its sender and nobody's memory. Must be made before
/// the call's handler returns, as gRPC takes callbacks only until then. Safe for use by several
/// threads; messages of one thread keep their order.
public final class OutboundStream<T> {
  private final CallStreamObserver<T> observer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed; // guarded by lock
  private Runnable whenClosed = () -> {}; // guarded by lock

  public OutboundStream(CallStreamObserver<T> observer) {
    this.observer = observer;
    observer.setOnReadyHandler(this::wake);
    if (observer instanceof ServerCallStreamObserver<T> server) {
      server.setOnCancelHandler(this::close);
    }
  }

  /// What became of a message.
  public enum Sent {
    /// Handed to the transport.
    YES,
    /// The stream had ended.
    CLOSED,
    /// The reader made no room in time.
    TIMED_OUT
  }

  /// Sends when there is room, waiting at most so long.
  public Sent send(T message, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (!closed && !observer.isReady()) {
        if (left <= 0) {
          return Sent.TIMED_OUT;
        }
        left = changed.awaitNanos(left);
      }
      if (closed) {
        return Sent.CLOSED;
      }
      observer.onNext(message);
      return Sent.YES;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the stream in good order; later calls do nothing.
  public void complete() {
    if (end()) {
      observer.onCompleted();
    }
  }

  /// Ends the stream with a status; later calls do nothing.
  public void fail(Status status) {
    if (end()) {
      observer.onError(status.asRuntimeException());
    }
  }

  /// Has something done once the stream has ended, whoever ended it; at once if it has.
  public void whenClosed(Runnable action) {
    lock.lock();
    try {
      if (!closed) {
        whenClosed = action;
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  /// Marks the stream as ended by the other side: senders that wait give up.
  public void close() {
    end();
  }

  private boolean end() {
    Runnable action;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      action = whenClosed;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    action.run();
    return true;
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
