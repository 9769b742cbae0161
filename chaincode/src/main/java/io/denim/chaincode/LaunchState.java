package io.denim.chaincode;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The start of one chaincode, which several transactions may wait for. The first outcome counts.
/// Safe for use by any thread.
final class LaunchState {
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable String failure; // guarded by this
  private @Nullable Thread runner; // guarded by this
  private boolean over; // guarded by this

  /// Names the thread that stays with the chaincode while it runs.
  synchronized void runBy(Thread thread) {
    runner = thread;
    if (over) {
      thread.interrupt();
    }
  }

  /// Its stream has ended: who stays with it is to end it.
  synchronized void streamEnded() {
    failed("chaincode stream terminated");
    over = true;
    if (runner != null) {
      runner.interrupt();
    }
  }

  synchronized void ready() {
    done.countDown();
  }

  synchronized void failed(String reason) {
    if (done.getCount() > 0) {
      failure = reason;
      done.countDown();
    }
  }

  /// Whether the outcome is there, waiting until the deadline.
  boolean await(Deadline deadline) throws InterruptedException {
    return done.await(Math.max(0, deadline.left()), TimeUnit.NANOSECONDS);
  }

  /// Why it failed, null if it did not.
  synchronized @Nullable String failure() {
    return failure;
  }
}
