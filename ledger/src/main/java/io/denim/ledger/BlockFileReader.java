package io.denim.ledger;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// Reads a chain's blocks from its block files, one after the other, without an index and without
/// writing anything: a Fabric peer's or orderer's directory as well as an own one. Holds one block
/// at a time. Used by one thread.
public final class BlockFileReader implements AutoCloseable {
  private final Path directory;
  private int file;
  private long offset;
  private long size;
  private InputStream in;

  private BlockFileReader(Path directory) throws IOException {
    this.directory = directory;
    this.in = open(0);
  }

  /// @param directory with `blockfile_000000` and so on
  /// @throws IOException if there is no such file
  public static BlockFileReader open(Path directory) throws IOException {
    return new BlockFileReader(directory);
  }

  /// The bytes of all block files in a directory.
  ///
  /// @throws IOException if they cannot be read
  public static long bytes(Path directory) throws IOException {
    long bytes = 0;
    for (int number = 0; Files.exists(BlockFiles.path(directory, number)); number++) {
      bytes += Files.size(BlockFiles.path(directory, number));
    }
    return bytes;
  }

  private InputStream open(int number) throws IOException {
    Path path = BlockFiles.path(directory, number);
    size = Files.size(path);
    offset = 0;
    return new BufferedInputStream(Files.newInputStream(path), 1 << 16);
  }

  /// The next block; empty at the end.
  ///
  /// @throws IOException if bytes are no whole block; the message names file and place
  public Optional<Block> next() throws IOException {
    while (offset == size) {
      if (!Files.exists(BlockFiles.path(directory, file + 1))) {
        return Optional.empty();
      }
      in.close();
      in = open(++file);
    }
    long begin = offset;
    try {
      int length = length();
      if (length > size - offset) {
        throw new EOFException("it should have %d bytes more".formatted(length - (size - offset)));
      }
      byte[] bytes = in.readNBytes(length);
      offset += length;
      return Optional.of(BlockFormat.parse(bytes));
    } catch (IOException e) {
      throw new IOException(
          "%s holds no whole block at %d: %s"
              .formatted(BlockFiles.path(directory, file), begin, e.getMessage()),
          e);
    }
  }

  private int length() throws IOException {
    long length = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("it ends within a length");
      }
      offset++;
      length |= (long) (next & 0x7f) << shift;
      if (next < 0x80 && length > 0 && length <= Integer.MAX_VALUE) {
        return (int) length;
      }
      if (next < 0x80) {
        break;
      }
    }
    throw new IOException("the length is out of range");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
