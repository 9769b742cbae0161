package io.denim.deliver;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Whether a feed is to follow orderers. The feed's thread waits here; any thread opens and shuts.
final class FeedGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean wanted = true;
  private boolean closed;
  private @Nullable OrdererStream stream;

  /// Opens or shuts; shut, it ends the stream that is read.
  void set(boolean open) {
    lock.lock();
    try {
      wanted = open;
      if (!open && stream != null) {
        stream.end("this feed is not wanted");
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return wanted && !closed;
    } finally {
      lock.unlock();
    }
  }

  /// The stream that is read from now on.
  void enter(OrdererStream next) {
    lock.lock();
    try {
      stream = next;
    } finally {
      lock.unlock();
    }
  }

  /// @return false once it never opens again
  boolean awaitOpen() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!wanted && !closed) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Waits, at most until it is shut.
  void pause(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = pause.toNanos();
      while (wanted && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
