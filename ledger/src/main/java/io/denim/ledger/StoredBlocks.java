package io.denim.ledger;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;

/// The blocks in a chain's files one after the other, without an index and without a change to the
/// files; hashes are not checked. For tools that look at a ledger of a node that is down (fabric
/// v3.1.5 common/ledger/blkstorage/block_stream.go). Used by one thread.
public final class StoredBlocks implements AutoCloseable {
  private final Path directory;
  private int file;
  private @Nullable DataInputStream in;
  private long left;

  private StoredBlocks(Path directory) {
    this.directory = directory;
  }

  /// @param directory of `blockfile_000000` and so on
  public static StoredBlocks open(Path directory) {
    return new StoredBlocks(directory);
  }

  /// The next block; empty after the last. A block that was not written to its end counts as none.
  ///
  /// @throws LedgerException if a file cannot be read or holds something else
  public Optional<Block> next() {
    try {
      while (in == null || left == 0) {
        if (!moveToNextFile()) {
          return Optional.empty();
        }
      }
      int length = length(in);
      if (length > left) {
        left = 0;
        return Optional.empty();
      }
      byte[] bytes = new byte[length];
      in.readFully(bytes);
      left -= length;
      return Optional.of(BlockFormat.parse(bytes));
    } catch (EOFException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new LedgerException(
          "cannot read the block file " + BlockFiles.path(directory, file - 1) + ": " + e, e);
    }
  }

  private boolean moveToNextFile() throws IOException {
    close();
    Path path = BlockFiles.path(directory, file);
    if (!Files.exists(path)) {
      return false;
    }
    in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)));
    left = Files.size(path);
    file++;
    return true;
  }

  private int length(DataInputStream from) throws IOException {
    long length = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = from.readUnsignedByte();
      left--;
      length |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        if (length > Integer.MAX_VALUE - 8) {
          throw new IOException("a block of " + length + " bytes");
        }
        return (int) length;
      }
    }
    throw new IOException("a length is malformed");
  }

  @Override
  public void close() throws IOException {
    if (in != null) {
      in.close();
      in = null;
    }
  }
}
