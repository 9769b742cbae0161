package io.denim.ledger;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/// Where a peer's ledgers lie. Block files lie where a Fabric peer has them,
/// `chains/chains/<channel>`, so that either's can be taken over; databases lie in
/// `denim/<channel>`.
final class LedgerDirectories {
  private static final String PAUSED = "paused";

  private final Path root;

  LedgerDirectories(Path root) {
    this.root = root;
  }

  Path blocks(String channelId) {
    return root.resolve("chains/chains").resolve(channelId);
  }

  private Path databases(String channelId) {
    return root.resolve("denim").resolve(channelId);
  }

  KvLedger.Directories of(String channelId) {
    Path databases = databases(channelId);
    return new KvLedger.Directories(
        blocks(channelId), databases.resolve("state"), databases.resolve("private"));
  }

  /// Whether a channel has at least a genesis block, or was made of a snapshot.
  boolean exists(String channelId) {
    if (SnapshotBase.isMarked(blocks(channelId))) {
      return true;
    }
    Path first = BlockFiles.path(blocks(channelId), 0);
    return Files.exists(first) && BlockFileScan.holdsBlock(first);
  }

  /// All channels, sorted.
  List<String> channels() {
    TreeSet<String> channels = new TreeSet<>();
    Path all = root.resolve("chains/chains");
    if (!Files.exists(all)) {
      return List.of();
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(all)) {
      for (Path directory : directories) {
        String name = directory.getFileName().toString();
        if (exists(name)) {
          channels.add(name);
        }
      }
    } catch (IOException e) {
      throw new LedgerException("cannot list the ledgers in " + root + ": " + e, e);
    }
    return List.copyOf(channels);
  }

  boolean isPaused(String channelId) {
    return Files.exists(databases(channelId).resolve(PAUSED));
  }

  void setPaused(String channelId, boolean paused) {
    Path mark = databases(channelId).resolve(PAUSED);
    try {
      if (paused && !Files.exists(mark)) {
        Files.createDirectories(databases(channelId));
        Files.createFile(mark);
      } else if (!paused) {
        Files.deleteIfExists(mark);
      }
    } catch (IOException e) {
      throw new LedgerException("cannot write " + mark + ": " + e, e);
    }
  }

  /// Deletes what can be worked out again from the blocks.
  void dropDatabases(String channelId) {
    IndexRebuild.deleteTree(databases(channelId).resolve("state"));
  }

  void delete(String channelId) {
    IndexRebuild.deleteTree(blocks(channelId));
    IndexRebuild.deleteTree(databases(channelId));
  }
}
