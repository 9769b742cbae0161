package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.WireParser;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door through which a channel's blocks come to its pipeline: from orderers, from other peers
/// that were asked, and from those that push. All are judged alike. A lock lets one in at a time;
/// another keeps the pushed ones that wait for their turn.
final class BlockIntake {
  private static final Logger LOG = LoggerFactory.getLogger(BlockIntake.class);
  private static final WireParser<Block> BLOCKS = WireParser.of(Block.getDefaultInstance());

  private static final long MAX_PUSHED_BYTES = 64L << 20;

  private final String channelId;
  private final Chain chain;
  private final BlockAdmission admission;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock pushedLock = new ReentrantLock();
  private final Map<Long, ByteString> pushed = new HashMap<>(); // guarded by pushedLock
  private long pushedBytes; // guarded by pushedLock
  private boolean draining; // guarded by pushedLock

  /// The channel behind the door.
  interface Chain extends BlockAdmission.Chain {
    /// Takes a block that was judged, waiting while there is no room.
    ///
    /// @param data private data that came along, by transaction
    /// @return why no more blocks are taken, empty if this one was
    Optional<String> submit(Block block, Map<Integer, TxPvtReadWriteSet> data)
        throws InterruptedException;
  }

  BlockIntake(String channelId, Chain chain, BlockAdmission admission) {
    this.channelId = channelId;
    this.chain = chain;
    this.admission = admission;
  }

  /// The number of the block that is wanted next.
  long next() {
    return admission.next();
  }

  /// Takes a block; one that is here already is passed over.
  ///
  /// @return why it is refused, empty if it is taken
  Optional<String> take(Block block) throws InterruptedException {
    return take(block, Map.of());
  }

  /// Takes a block; one that is here already is passed over.
  ///
  /// @param data private data that came along, by transaction; not compared with its hashes yet
  /// @return why it is refused, empty if it is taken
  Optional<String> take(Block block, Map<Integer, TxPvtReadWriteSet> data)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (Long.compareUnsigned(block.getHeader().getNumber(), admission.next()) < 0) {
        return Optional.empty();
      }
      Optional<String> problem = admission.problem(block);
      if (problem.isPresent()) {
        LOG.warn("[channel: {}] A block is refused: {}", channelId, problem.get());
        return problem;
      }
      Optional<String> stopped = chain.submit(block, data);
      if (stopped.isEmpty()) {
        admission.taken(block);
      }
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a block that another peer pushes, or keeps it until those before it are here; one that
  /// is too far ahead or invalid is dropped. Never waits.
  ///
  /// @param most how far ahead it may be
  void push(long number, ByteString bytes, int most) {
    long ahead = number - next();
    if (ahead < 0 || ahead >= most) {
      LOG.debug(
          "[channel: {}] Ledger height is at {}, cannot enqueue block with sequence of {}",
          channelId,
          next(),
          number);
      return;
    }
    pushedLock.lock();
    try {
      if (pushedBytes + bytes.size() > MAX_PUSHED_BYTES && ahead > 0) {
        return;
      }
      ByteString before = pushed.put(number, bytes);
      pushedBytes += bytes.size() - (before == null ? 0 : before.size());
      if (!draining && pushed.containsKey(next())) {
        draining = true;
        Thread.ofVirtual().name("pushed-blocks-" + channelId).start(this::drain);
      }
    } finally {
      pushedLock.unlock();
    }
  }

  private void drain() {
    try {
      for (Optional<ByteString> bytes = nextPushed(); bytes.isPresent(); bytes = nextPushed()) {
        Block block = BLOCKS.parse(bytes.get());
        Optional<String> refused = take(block); // which logs why
        LOG.debug("[channel: {}] A pushed block: {}", channelId, refused.orElse("taken"));
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("[channel: {}] A pushed block does not parse: {}", channelId, e.getMessage());
      stopDraining();
    } catch (InterruptedException e) {
      stopDraining(); // the channel closes
    } catch (RuntimeException e) {
      LOG.error("[channel: {}] A pushed block could not be dealt with", channelId, e);
      stopDraining();
    }
  }

  /// @return empty where draining ends, since the next block is not here
  private Optional<ByteString> nextPushed() {
    pushedLock.lock();
    try {
      long next = next();
      pushed
          .entrySet()
          .removeIf(each -> {
            boolean old = each.getKey() < next;
            pushedBytes -= old ? each.getValue().size() : 0;
            return old;
          });
      ByteString bytes = pushed.remove(next);
      if (bytes == null) {
        draining = false;
        return Optional.empty();
      }
      pushedBytes -= bytes.size();
      return Optional.of(bytes);
    } finally {
      pushedLock.unlock();
    }
  }

  private void stopDraining() {
    pushedLock.lock();
    try {
      draining = false;
    } finally {
      pushedLock.unlock();
    }
  }
}
