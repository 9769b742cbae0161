package io.denim.order;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Bounds the memory that messages take while they wait in an orderer, whatever their number and
/// size: one budget for all channels of a node, of which each channel has a share. A share that
/// holds nothing gets room for one message always, so that no channel keeps another from going on.
/// Safe for use by any thread.
public final class WaitingBytes {
  private final long most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private long held; // guarded by lock

  /// @param most bytes that may wait at a time
  public WaitingBytes(long most) {
    this.most = most;
  }

  /// An eighth of the heap, as for the messages that come in.
  public static WaitingBytes customary() {
    return new WaitingBytes(Runtime.getRuntime().maxMemory() / 8);
  }

  /// How many bytes wait now.
  public long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /// Another part of it.
  public Share share() {
    return new Share();
  }

  /// What one channel holds.
  public final class Share {
    private long own; // guarded by lock
    private boolean closed; // guarded by lock

    private Share() {}

    /// Waits until there is room, and takes it.
    ///
    /// @return false if the share is closed
    public boolean take(long bytes) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (!closed && !hasRoom(bytes)) {
          freed.await();
        }
        if (closed) {
          return false;
        }
        add(bytes);
        return true;
      } finally {
        lock.unlock();
      }
    }

    /// Takes room if there is any now.
    public boolean offer(long bytes) {
      lock.lock();
      try {
        if (closed || !hasRoom(bytes)) {
          return false;
        }
        add(bytes);
        return true;
      } finally {
        lock.unlock();
      }
    }

    /// Gives back room that was taken.
    public void give(long bytes) {
      lock.lock();
      try {
        add(-bytes);
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /// From now on there is no room; what was taken is to be given back all the same.
    public void close() {
      lock.lock();
      try {
        closed = true;
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private boolean hasRoom(long bytes) {
      return own == 0 || held + bytes <= most;
    }

    private void add(long bytes) {
      own += bytes;
      held += bytes;
    }
  }
}
