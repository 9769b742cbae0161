package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.order.Receipt;
import io.denim.order.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.jspecify.annotations.Nullable;

/// The envelopes that clients gave to this node and that are in no block yet, whoever leads. A
/// client hears that its envelope is ordered once this node has written the block, so that no
/// failure of any node takes back what a client was told; it hears that it is not once that is
/// certain, which is when an entry of a later term is applied. Bounded by number here, and by bytes
/// where they are taken; safe for use by any thread.
final class PendingEnvelopes {
  private static final int MAX_COUNT = 20_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Map<ByteString, Queue<Pending>> byKey = new HashMap<>();
  private final Set<Pending> inOrder = new LinkedHashSet<>();
  private boolean closed;

  /// One envelope. Its changing parts are guarded by the owner's lock.
  static final class Pending {
    private final ByteString key;
    private final long since;
    private final Receipt receipt;
    private long term;
    private boolean ended;

    private Pending(ByteString key, long term, long since, Receipt receipt) {
      this.key = key;
      this.term = term;
      this.since = since;
      this.receipt = receipt;
    }
  }

  /// Adds an envelope, waiting while there are too many.
  ///
  /// @param now as the chain's clock has it, in nanoseconds
  /// @return null if the chain is closed
  @Nullable Pending admit(Submitted submitted, long now, Receipt receipt)
      throws InterruptedException {
    Pending added = new Pending(submitted.key(), submitted.term(), now, receipt);
    lock.lockInterruptibly();
    try {
      while (!closed && inOrder.size() >= MAX_COUNT) {
        room.await();
      }
      if (closed) {
        return null;
      }
      byKey.computeIfAbsent(added.key, key -> new ArrayDeque<>(1)).add(added);
      inOrder.add(added);
      return added;
    } finally {
      lock.unlock();
    }
  }

  /// Tells those whose envelopes are in a block that was written.
  void written(Block block) {
    List<Pending> ended = new ArrayList<>();
    lock.lock();
    try {
      if (inOrder.isEmpty()) {
        return;
      }
      boolean config = ConfigBlocks.isConfigBlock(block);
      for (ByteString data : block.getData().getDataList()) {
        Queue<Pending> waiting = byKey.get(config ? configKey(data) : data);
        Pending first = waiting == null ? null : waiting.peek();
        if (first != null) {
          remove(first);
          ended.add(first);
        }
      }
    } finally {
      lock.unlock();
    }
    tell(ended, new Submission.Accepted());
  }

  private static ByteString configKey(ByteString data) {
    try {
      return Submitted.configKey(Envelope.parseFrom(data));
    } catch (InvalidProtocolBufferException e) {
      return data;
    }
  }

  /// Tells one that its envelope is not ordered.
  void fail(Pending pending, String reason) {
    lock.lock();
    try {
      if (pending.ended) {
        return;
      }
      remove(pending);
    } finally {
      lock.unlock();
    }
    tell(List.of(pending), new Submission.Unavailable(reason));
  }

  /// Tells the first with such an envelope, if there is one, that it is not ordered.
  void fail(Submitted submitted, String reason) {
    Pending pending = first(submitted);
    if (pending != null) {
      fail(pending, reason);
    }
  }

  /// Tells the first with such an envelope that was given to the leader of the same term, if there
  /// is one, that it is not ordered.
  void failOfTerm(Submitted submitted, String reason) {
    Pending found = null;
    lock.lock();
    try {
      Queue<Pending> same = byKey.get(submitted.key());
      if (same != null) {
        for (Pending each : same) {
          if (found == null && each.term == submitted.term()) {
            found = each;
          }
        }
      }
    } finally {
      lock.unlock();
    }
    if (found != null) {
      fail(found, reason);
    }
  }

  /// Such an envelope is now in the hands of the leader of another term.
  void handedOver(Submitted submitted, long term) {
    lock.lock();
    try {
      Pending pending = first(submitted);
      if (pending != null) {
        pending.term = term;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Tells those whose envelopes were given to leaders of terms before this one, in which they can
  /// no longer be ordered.
  void failBefore(long term) {
    failAll(pending -> pending.term < term, "the leader changed before the message was ordered");
  }

  /// Tells those that have waited since before a moment.
  void failSince(long moment, String reason) {
    lock.lock();
    try {
      if (inOrder.isEmpty() || inOrder.iterator().next().since - moment >= 0) {
        return;
      }
    } finally {
      lock.unlock();
    }
    failAll(pending -> pending.since - moment < 0, reason);
  }

  /// Tells everybody, and takes nothing any more.
  void close(String reason) {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    failAll(pending -> true, reason);
  }

  int count() {
    lock.lock();
    try {
      return inOrder.size();
    } finally {
      lock.unlock();
    }
  }

  private void failAll(Predicate<Pending> which, String reason) {
    List<Pending> ended = new ArrayList<>();
    lock.lock();
    try {
      for (Pending pending : inOrder) {
        if (which.test(pending)) {
          ended.add(pending);
        }
      }
      ended.forEach(this::remove);
    } finally {
      lock.unlock();
    }
    tell(ended, new Submission.Unavailable(reason));
  }

  private @Nullable Pending first(Submitted submitted) {
    lock.lock();
    try {
      Queue<Pending> waiting = byKey.get(submitted.key());
      return waiting == null ? null : waiting.peek();
    } finally {
      lock.unlock();
    }
  }

  private void remove(Pending pending) {
    pending.ended = true;
    Queue<Pending> same = byKey.get(pending.key);
    if (same != null) {
      same.remove(pending);
      if (same.isEmpty()) {
        byKey.remove(pending.key);
      }
    }
    inOrder.remove(pending);
    room.signalAll();
  }

  private static void tell(List<Pending> ended, Submission outcome) {
    for (Pending pending : ended) {
      pending.receipt.ended(outcome);
    }
  }
}
