package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a channel's snapshots when they are due, one after the other, each in a thread of its own;
/// commits go on meanwhile, since a snapshot reads the database as it was. The ledger's commit lock
/// guards all methods but `pending` and `close`.
final class Snapshots implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  private final String channelId;
  private final Path root;
  private final Database db;
  private final SnapshotRequests requests;
  private final Set<Long> begun = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Thread newest;

  Snapshots(String channelId, Path root, Database db, SnapshotRequests requests) {
    this.channelId = channelId;
    this.root = root;
    this.db = db;
    this.requests = requests;
  }

  List<Long> pending() {
    return requests.all();
  }

  boolean isDueAt(long block) {
    return requests.contains(block);
  }

  /// Asks for a snapshot.
  ///
  /// @param block 0 for the last one
  /// @return in Fabric's words, why not
  Optional<String> request(long block, BlockchainInfo info, ByteString commitHash) {
    long last = info.getHeight() - 1;
    long wanted = block == 0 ? last : block;
    if (Long.compareUnsigned(wanted, last) < 0) {
      return Optional.of(
          "requested snapshot for block number %s cannot be less than the last committed block number %s"
              .formatted(Long.toUnsignedString(wanted), Long.toUnsignedString(last)));
    }
    if (Files.exists(SnapshotExport.directory(root, channelId, wanted))) {
      return Optional.of(
          "snapshot already generated for block number " + Long.toUnsignedString(wanted));
    }
    if (!requests.add(wanted)) {
      return Optional.of(
          "duplicate snapshot request for block number " + Long.toUnsignedString(wanted));
    }
    startIfDue(info, commitHash);
    return Optional.empty();
  }

  /// @return in Fabric's words, why it cannot be cancelled
  Optional<String> cancel(long block) {
    if (begun.contains(block)) {
      return Optional.of("cannot cancel the snapshot request because it is under processing");
    }
    return requests.remove(block)
        ? Optional.empty()
        : Optional.of(
            "no snapshot request exists for block number " + Long.toUnsignedString(block));
  }

  /// Begins a snapshot of the ledger as it is now, if one is asked for.
  void startIfDue(BlockchainInfo info, ByteString commitHash) {
    long last = info.getHeight() - 1;
    if (!isDueAt(last) || !begun.add(last)) {
      return;
    }
    Thread earlier = newest;
    Database.Snapshot view = db.snapshot();
    newest =
        Thread.ofPlatform()
            .name("snapshot-" + channelId)
            .start(() -> {
              await(earlier);
              try (view) {
                new SnapshotExport(channelId, db, view, info, commitHash).writeTo(root);
                LOG.info("[{}] Generated snapshot at block [{}]", channelId, last);
              } catch (RuntimeException e) {
                LOG.error("[{}] Failed to generate snapshot at block [{}]", channelId, last, e);
              } finally {
                requests.remove(last);
                begun.remove(last);
              }
            });
  }

  private static void await(@Nullable Thread thread) {
    if (thread != null) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Waits for the snapshots that are being made.
  @Override
  public void close() {
    await(newest);
  }
}
