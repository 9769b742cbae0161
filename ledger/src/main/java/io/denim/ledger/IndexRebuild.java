package io.denim.ledger;

import io.denim.wire.BlockHash;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the database that follows from a chain's block files. Where the database knows of blocks
/// that the files do not hold (files were restored or damaged), it is dropped, to be built anew.
final class IndexRebuild {
  private static final Logger LOG = LoggerFactory.getLogger(IndexRebuild.class);

  private IndexRebuild() {}

  static Database openDatabase(BlockFiles files, Path directory, Set<Table> tables) {
    Database db = Database.open(directory, tables);
    BlockIndex index = new BlockIndex(db);
    Optional<Long> last = index.last();
    if (last.isEmpty() || isInFiles(index, files, last.get())) {
      return db;
    }
    LOG.warn(
        "The databases in {} are ahead of the block files in {} and are built anew",
        directory,
        files.directory());
    db.close();
    deleteTree(directory);
    return Database.open(directory, tables);
  }

  private static boolean isInFiles(BlockIndex index, BlockFiles files, long last) {
    Optional<BlockLocation> location = index.location(last);
    if (location.isEmpty() || !files.holds(location.get())) {
      return false;
    }
    try {
      Block block = BlockFormat.parse(files.read(location.get()));
      return index.numberOf(BlockHash.ofHeader(block.getHeader())).equals(Optional.of(last));
    } catch (IOException e) {
      return false;
    }
  }

  /// Deletes a directory with all that is in it, if it exists.
  static void deleteTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try {
      Files.walkFileTree(directory, new Deleter());
    } catch (IOException e) {
      throw new LedgerException("cannot delete " + directory + ": " + e, e);
    }
  }

  private static final class Deleter extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
