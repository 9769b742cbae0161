package io.denim.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The lock that a peer or a maintenance command holds on the ledgers' directory.
final class LedgerLock implements AutoCloseable {
  private final FileChannel file;
  private final FileLock lock;

  private LedgerLock(FileChannel file, FileLock lock) {
    this.file = file;
    this.lock = lock;
  }

  static LedgerLock forPeer(Path root) {
    return take(root, "the ledgers in %s are in use by another process".formatted(root));
  }

  static LedgerLock forMaintenance(Path root) {
    return take(
        root,
        "as another peer node command is executing, wait for that command to complete its execution or terminate it before retrying: lock is already acquired on file "
            + root);
  }

  private static LedgerLock take(Path root, String inUse) {
    try {
      Files.createDirectories(root);
      FileChannel file =
          FileChannel.open(
              root.resolve("denim.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(file);
      if (lock == null) {
        file.close();
        throw new LedgerException(inUse);
      }
      return new LedgerLock(file, lock);
    } catch (IOException e) {
      throw new LedgerException("cannot lock the ledgers in " + root + ": " + e, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  void checkHeld() {
    if (!lock.isValid()) {
      throw new LedgerException("the lock on the ledgers' directory was lost");
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new LedgerException("cannot unlock the ledgers' directory: " + e, e);
    }
  }
}
