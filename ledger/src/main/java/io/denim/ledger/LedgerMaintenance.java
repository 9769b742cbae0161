package io.denim.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators do to a peer's ledgers while the peer is down: `peer node reset`, `rollback`,
/// `rebuild-dbs`, `pause`, `resume`, `unjoin` (fabric v3.1.5 core/ledger/kvledger). Each takes the
/// lock on the directory and fails with Fabric's text if a peer holds it. Clear private data
/// outlives all but `unjoin`, since it cannot be had from the blocks.
public final class LedgerMaintenance {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerMaintenance.class);
  private static final int GENESIS = 0;

  private LedgerMaintenance() {}

  /// Drops all databases that the peer builds anew from the block files when it starts.
  public static void rebuildDatabases(LedgerOptions options) {
    LedgerDirectories directories = new LedgerDirectories(options.root());
    try (LedgerLock lock = LedgerLock.forMaintenance(options.root())) {
      refuseSnapshots(directories, "cannot rebuild databases");
      for (String channel : directories.channels()) {
        lock.checkHeld();
        directories.dropDatabases(channel);
      }
    }
  }

  /// Takes all channels back to their genesis blocks; the peer fetches the others again.
  public static void reset(LedgerOptions options) {
    LedgerDirectories directories = new LedgerDirectories(options.root());
    try (LedgerLock lock = LedgerLock.forMaintenance(options.root())) {
      refuseSnapshots(directories, "cannot reset channels");
      for (String channel : directories.channels()) {
        lock.checkHeld();
        cutAfter(directories, channel, GENESIS, options);
      }
      LOG.info("All channel ledgers have been successfully reset to the genesis block");
    }
  }

  /// Takes one channel back to a block.
  ///
  /// @throws LedgerException if there is no such channel, or it does not reach beyond the block
  public static void rollback(LedgerOptions options, String channelId, long block) {
    LedgerDirectories directories = new LedgerDirectories(options.root());
    try (LedgerLock lock = LedgerLock.forMaintenance(options.root())) {
      lock.checkHeld();
      refuseSnapshots(directories, "cannot rollback any channel");
      if (!directories.exists(channelId)) {
        throw new LedgerException("ledgerID [" + channelId + "] does not exist");
      }
      cutAfter(directories, channelId, block, options);
      LOG.info(
          "The channel [{}] has been successfully rolled back to the block number [{}]",
          channelId,
          Long.toUnsignedString(block));
    }
  }

  private static void refuseSnapshots(LedgerDirectories directories, String what) {
    List<String> channels =
        directories.channels().stream()
            .filter(channel -> SnapshotBase.isMarked(directories.blocks(channel)))
            .toList();
    if (!channels.isEmpty()) {
      throw new LedgerException(
          "%s because the peer contains channel(s) [%s] that were bootstrapped from snapshot"
              .formatted(what, String.join(" ", channels)));
    }
  }

  private static void cutAfter(
      LedgerDirectories directories, String channelId, long block, LedgerOptions options) {
    Path blocks = directories.blocks(channelId);
    try (BlockFiles files = BlockFiles.open(blocks, options.maxBlockFileSize())) {
      AtomicReference<Optional<BlockLocation>> end = new AtomicReference<>(Optional.empty());
      AtomicLong last = new AtomicLong();
      new BlockFileScan(
              files,
              Optional.empty(),
              (found, location) -> {
                last.set(found.getHeader().getNumber());
                if (found.getHeader().getNumber() == block) {
                  end.set(Optional.of(location));
                }
              })
          .run(0, 0);
      if (block != GENESIS && Long.compareUnsigned(block, last.get()) >= 0) {
        throw new LedgerException(
            "target block number [%s] should be less than the biggest block number [%s]"
                .formatted(Long.toUnsignedString(block), Long.toUnsignedString(last.get())));
      }
      BlockLocation location =
          end.get()
              .orElseThrow(() ->
                  new LedgerException(
                      "block [%s] is not in the block files of channel [%s]"
                          .formatted(Long.toUnsignedString(block), channelId)));
      FormerHeight.of(blocks).note(last.get() + 1);
      directories.dropDatabases(channelId);
      files.cut(location.file(), location.end());
    } catch (IOException e) {
      throw new LedgerException("cannot cut the block files in " + blocks + ": " + e, e);
    }
  }

  /// Keeps a channel from being opened when the peer starts.
  public static void pause(LedgerOptions options, String channelId) {
    setPaused(options, channelId, true);
    LOG.info("The channel [{}] has been successfully paused", channelId);
  }

  /// Lets a paused channel be opened again.
  public static void resume(LedgerOptions options, String channelId) {
    setPaused(options, channelId, false);
    LOG.info("The channel [{}] has been successfully resumed", channelId);
  }

  private static void setPaused(LedgerOptions options, String channelId, boolean paused) {
    LedgerDirectories directories = new LedgerDirectories(options.root());
    try (LedgerLock lock = LedgerLock.forMaintenance(options.root())) {
      lock.checkHeld();
      if (!directories.exists(channelId)) {
        throw new LedgerException(
            "cannot update ledger status, ledger [" + channelId + "] does not exist");
      }
      directories.setPaused(channelId, paused);
    }
  }

  /// Deletes all that a channel left on this peer, its clear private data included.
  public static void unjoin(LedgerOptions options, String channelId) {
    LedgerDirectories directories = new LedgerDirectories(options.root());
    try (LedgerLock lock = LedgerLock.forMaintenance(options.root())) {
      lock.checkHeld();
      if (!directories.exists(channelId)) {
        throw new LedgerException(
            "unjoin channel [%s]: cannot update ledger status, ledger [%s] does not exist"
                .formatted(channelId, channelId));
      }
      directories.delete(channelId);
      LOG.info("channel [{}] has been successfully unjoined", channelId);
    }
  }
}
