package io.denim.order.etcdraft;

import io.denim.consensus.Entry;
import io.denim.consensus.Message;
import io.denim.order.WaitingBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;

/// What waits for a chain's thread: messages of other nodes, which are dropped when there are too
/// many or they are too large together, because Raft sends again; and clients' envelopes, whose
/// senders wait. Safe for use by any thread.
final class RaftInbox {
  private static final int MAX_EVENTS = 4_096;
  private static final int MAX_SUBMITTED = 4_000;
  private static final long LEAST_BYTES = 256;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Event> events = new ArrayDeque<>();
  private final WaitingBytes.Share clients;
  private final WaitingBytes.Share cluster;
  private final Queue<Waiting> submitted = new ArrayDeque<>();
  private boolean closed;

  /// @param clients room for envelopes, here and until they are in a block
  /// @param cluster room for other nodes' messages
  RaftInbox(WaitingBytes.Share clients, WaitingBytes.Share cluster) {
    this.clients = clients;
    this.cluster = cluster;
  }

  /// Where envelopes find room.
  WaitingBytes.Share clients() {
    return clients;
  }

  /// @param bytes that are to be given back when it leaves
  private record Waiting(Submitted envelope, long bytes) {}

  /// Something for the chain's thread.
  sealed interface Event {
    /// A client's envelope.
    record Proposed(Submitted submitted) implements Event {}

    /// Another node's message.
    record Received(Message message) implements Event {}

    /// What became of a message to another node.
    record Delivery(long node, boolean snapshot, boolean arrived) implements Event {}

    /// A block that was fetched.
    ///
    /// @param written to be run once it is written, then the next one comes
    record Pulled(Block block, Runnable written) implements Event {}

    /// The newest config block that another orderer has, found because this node knows no leader.
    record ConfigFound(long number) implements Event {}
  }

  /// Adds a client's envelope, waiting while there are too many.
  ///
  /// @return false if the chain is closed
  boolean submit(Submitted envelope) throws InterruptedException {
    return add(new Waiting(envelope, 0));
  }

  /// Adds an envelope that is another node's client's, which takes room here only.
  ///
  /// @return false if the chain is closed
  boolean submitForwarded(Submitted envelope) throws InterruptedException {
    long bytes = envelope.heldBytes();
    if (!clients.take(bytes)) {
      return false;
    }
    boolean added = false;
    try {
      added = add(new Waiting(envelope, bytes));
      return added;
    } finally {
      if (!added) {
        clients.give(bytes);
      }
    }
  }

  private boolean add(Waiting envelope) throws InterruptedException {
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

  /// Adds a message or a report, unless there are too many; a fetched block always, as the next one
  /// waits for it.
  void offer(Event event) {
    lock.lock();
    try {
      long bytes = bytes(event);
      boolean hasRoom = events.size() < MAX_EVENTS || event instanceof Event.Pulled;
      if (!closed && hasRoom && (bytes == 0 || cluster.offer(bytes))) {
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
        if (next != null) {
          cluster.give(bytes(next));
        } else if (withSubmitted) {
          Waiting oldest = submitted.poll();
          if (oldest != null) {
            clients.give(oldest.bytes());
            next = new Event.Proposed(oldest.envelope());
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
      List<Submitted> dropped = forget();
      changed.signalAll();
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  private List<Submitted> forget() {
    List<Submitted> forgotten = new ArrayList<>(submitted.size());
    for (Waiting waiting = submitted.poll(); waiting != null; waiting = submitted.poll()) {
      clients.give(waiting.bytes());
      forgotten.add(waiting.envelope());
    }
    return forgotten;
  }

  private static long bytes(Event event) {
    return event instanceof Event.Received(Message message)
        ? LEAST_BYTES
            + switch (message) {
              case Message.Append append -> bytes(append.entries());
              case Message.Propose propose -> bytes(propose.entries());
              case Message.Install install -> install.snapshot().data().size();
              case Message.AppendReply _,
                  Message.Vote _,
                  Message.VoteReply _,
                  Message.Heartbeat _,
                  Message.HeartbeatReply _,
                  Message.TransferLeader _,
                  Message.TimeoutNow _ ->
                  0;
            }
        : 0; // what this node tells itself
  }

  private static long bytes(List<Entry> entries) {
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.data().size();
    }
    return bytes;
  }

  /// Nobody waits any more.
  void close() {
    clients.close();
    cluster.close();
    lock.lock();
    try {
      closed = true;
      forget();
      for (Event event = events.poll(); event != null; event = events.poll()) {
        cluster.give(bytes(event));
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
