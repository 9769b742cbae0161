package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockchainInfo;

/// The end of a chain as readers see it, and where they wait for it to move. Safe for use by any
/// thread; only the appending thread moves it.
final class ChainTip {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private volatile BlockchainInfo info = BlockchainInfo.getDefaultInstance();
  private boolean closed;

  BlockchainInfo info() {
    return info;
  }

  long height() {
    return info.getHeight();
  }

  /// Shows a block, and all before it, to readers.
  void moveTo(BlockHeader last) {
    moveTo(
        info.toBuilder()
            .setHeight(last.getNumber() + 1)
            .setCurrentBlockHash(BlockHash.ofHeader(last))
            .setPreviousBlockHash(last.getPreviousHash())
            .build());
  }

  void moveTo(BlockchainInfo to) {
    lock.lock();
    try {
      info = to;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Whether a block is the next one.
  ///
  /// @throws LedgerException if it is not, with Fabric's text
  static void checkNext(Block block, long height, ByteString lastHash) {
    BlockHeader header = block.getHeader();
    if (header.getNumber() != height) {
      throw new LedgerException(
          "block number should have been %s but was %s"
              .formatted(Long.toUnsignedString(height), Long.toUnsignedString(header.getNumber())));
    }
    if (!header.getPreviousHash().equals(lastHash)) {
      throw new LedgerException(
          "unexpected Previous block hash. Expected PreviousHash = [%s], PreviousHash referred in the latest block= [%s]"
              .formatted(
                  HexFormat.of().formatHex(lastHash.toByteArray()),
                  HexFormat.of().formatHex(header.getPreviousHash().toByteArray())));
    }
  }

  /// Waits until a block is there.
  ///
  /// @return whether it is; false if the chain or the waiter is closed
  boolean await(long number, Closed waiterClosed) throws InterruptedException {
    return await(number, waiterClosed, Duration.ofNanos(Long.MAX_VALUE)) == Waited.THERE;
  }

  /// Waits until a block is there, so long at the most.
  ///
  /// @return whether it is there, or else whether it may still come
  Waited await(long number, Closed waiterClosed, Duration patience) throws InterruptedException {
    if (Long.compareUnsigned(number, height()) < 0) {
      return Waited.THERE;
    }
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (Long.compareUnsigned(number, info.getHeight()) >= 0) {
        if (closed || waiterClosed.isSet()) {
          return Waited.CLOSED;
        }
        if (left <= 0) {
          return Waited.LATE;
        }
        left = moved.awaitNanos(left);
      }
      return Waited.THERE;
    } finally {
      lock.unlock();
    }
  }

  /// Wakes all waiters, who see for themselves whether they are closed.
  void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// How waiting for a block ended.
  enum Waited {
    THERE,
    /// It may come yet.
    LATE,
    /// The chain or the waiter is closed.
    CLOSED
  }

  /// Tells whether a waiter was closed meanwhile.
  interface Closed {
    boolean isSet();
  }
}
