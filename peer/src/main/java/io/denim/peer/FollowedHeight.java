package io.denim.peer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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

  /// Waits until a height is reached.
  void await(long wanted) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (height < wanted) {
        moved.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
