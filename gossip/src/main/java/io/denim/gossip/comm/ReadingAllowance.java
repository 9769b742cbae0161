package io.denim.gossip.comm;

import io.grpc.stub.CallStreamObserver;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// How much more is read from one peer: as much as has been dealt with, up to a number of messages
/// and bytes that wait, and a number of messages a second. Beyond, they wait at the sender's. A
/// lock guards the counts.
final class ReadingAllowance {
  /// One message may be larger; then nothing else waits.
  private static final long MAX_WAITING_BYTES = 16L * 1024 * 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final int window;
  private final int perSecond;
  private @Nullable CallStreamObserver<?> stream; // guarded by lock, as all below
  private long waitingBytes;
  private int thisSecond;
  private int withheld;

  ReadingAllowance(int window, int perSecond) {
    this.window = window;
    this.perSecond = perSecond;
  }

  void attach(CallStreamObserver<?> requests) {
    stream = requests;
  }

  /// After the handshake.
  void open() {
    grant(window);
  }

  void took(int bytes) {
    lock.lock();
    try {
      waitingBytes += bytes;
      thisSecond++;
    } finally {
      lock.unlock();
    }
  }

  void processed(int bytes) {
    int granted;
    lock.lock();
    try {
      waitingBytes -= bytes;
      withheld++;
      granted = due();
    } finally {
      lock.unlock();
    }
    grant(granted);
  }

  void nextSecond() {
    int granted;
    lock.lock();
    try {
      thisSecond = 0;
      granted = due();
    } finally {
      lock.unlock();
    }
    grant(granted);
  }

  private int due() {
    if (waitingBytes > MAX_WAITING_BYTES || thisSecond >= perSecond) {
      return 0;
    }
    int granted = withheld;
    withheld = 0;
    return granted;
  }

  private void grant(int messages) {
    CallStreamObserver<?> requests = stream;
    if (messages > 0 && requests != null) {
      requests.request(messages);
    }
  }
}
