package io.denim.order.etcdraft;

import io.denim.consensus.Message;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for a chain's thread: messages of other nodes, which are dropped when there are too
/// many, because Raft sends again; and clients' envelopes, whose senders wait. Safe for use by any
/// thread.
final class RaftInbox {
  private static final int MAX_EVENTS = 4_096;
  private static final int MAX_SUBMITTED = 4_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Event> events = new ArrayDeque<>();
  private final Queue<Submitted> submitted = new ArrayDeque<>();
  private boolean closed;

  /// Something for the chain's thread.
  sealed interface Event {
    /// A client's envelope.
    record Proposed(Submitted submitted) implements Event {}

    /// Another node's message.
    record Received(Message message) implements Event {}

    /// What became of a message to another node.
    record Delivery(long node, boolean snapshot, boolean arrived) implements Event {}

    /// The newest config block that another orderer has, found because this node knows no leader.
    record ConfigFound(long number) implements Event {}
  }

  /// Adds a client's envelope, waiting while there are too many.
  ///
  /// @return false if the chain is closed
  boolean submit(Submitted envelope) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && submitted.size() >= MAX_SUBMITTED) {
        changed.await();
      }
      if (closed) {
        return false;
      }
      submitted.add(envelope);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Adds a message or a report, unless there are too many.
  void offer(Event event) {
    lock.lock();
    try {
      if (!closed && events.size() < MAX_EVENTS) {
        events.add(event);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// The next event; null if there is none in time.
  ///
  /// @param nanos how long to wait; none if not positive
  /// @param withSubmitted whether clients' envelopes are wanted now
  @Nullable Event poll(long nanos, boolean withSubmitted) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (true) {
        Event next = events.poll();
        if (next == null && withSubmitted) {
          Submitted oldest = submitted.poll();
          if (oldest != null) {
            next = new Event.Proposed(oldest);
            if (submitted.size() == MAX_SUBMITTED - 1) {
              changed.signalAll();
            }
          }
        }
        if (next != null || left <= 0 || closed) {
          return next;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Forgets clients' envelopes that were not looked at, for a chain that no longer leads.
  ///
  /// @return them, in order
  List<Submitted> dropSubmitted() {
    lock.lock();
    try {
      List<Submitted> dropped = List.copyOf(submitted);
      submitted.clear();
      changed.signalAll();
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /// Nobody waits any more.
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
