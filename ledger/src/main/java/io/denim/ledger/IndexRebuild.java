package io.denim.ledger;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
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
    Optional<BlockLocation> last = index.last().flatMap(index::location);
    if (last.isEmpty() || files.holds(last.get())) {
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
