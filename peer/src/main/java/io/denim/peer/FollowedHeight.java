package io.denim.peer;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The height up to which a channel's blocks are committed and what follows from them, such as a
/// new configuration, is in force. Safe for use by any thread.
final class FollowedHeight {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long height;

  FollowedHeight(long height) {
    this.height = height;
  }

  void reach(long next) {
    lock.lock();
    try {
      height = next;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Has all who wait look whether they still should.
  void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a height is reached.
  ///
  /// @param goesOn looked at after each change and {@link #wake}
  /// @return whether it is; false once it goes on no more
  boolean await(long wanted, BooleanSupplier goesOn) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (height < wanted && goesOn.getAsBoolean()) {
        moved.await();
      }
      return height >= wanted;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a height is reached, but no longer than this.
  void await(long wanted, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (height < wanted && left > 0) {
        left = moved.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
