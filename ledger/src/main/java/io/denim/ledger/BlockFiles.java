package io.denim.ledger;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files `blockfile_000000` and so on of one chain: appended to at the end, read anywhere
/// (fabric v3.1.5 common/ledger/blkstorage/blockfile_mgr.go). One thread at a time appends; reads
/// are safe for any thread and open the file for themselves, since an interrupted reader would
/// close a shared one.
final class BlockFiles implements AutoCloseable {
  private static final String PREFIX = "blockfile_";

  private final Path directory;
  private final int maxFileSize;
  private RandomAccessFile current;
  private int file;
  private long size;
  private @Nullable Place uncut; // behind which lies what a failed write left

  private record Place(int file, long size) {}

  private BlockFiles(Path directory, int maxFileSize, int file) throws IOException {
    this.directory = directory;
    this.maxFileSize = maxFileSize;
    this.file = file;
    this.current = openForWriting(file);
    this.size = current.length();
  }

  static BlockFiles open(Path directory, int maxFileSize) {
    try {
      Files.createDirectories(directory);
      int last = 0;
      while (Files.exists(path(directory, last + 1))) {
        last++;
      }
      return new BlockFiles(directory, maxFileSize, last);
    } catch (IOException e) {
      throw new LedgerException("cannot open the block files in " + directory + ": " + e, e);
    }
  }

  Path directory() {
    return directory;
  }

  /// Whether a block indexed at this place lies wholly inside the files.
  boolean holds(BlockLocation location) {
    File path = path(directory, location.file()).toFile();
    return path.length() >= location.end();
  }

  /// Appends blocks and waits until they are on disk. Where that fails, the file is cut back.
  ///
  /// @param frames serialized blocks, each with its length in front
  /// @param written is told once all is written, before the wait
  List<BlockLocation> append(List<byte[]> frames, Runnable written) {
    if (uncut != null && !cutBack(uncut.file(), uncut.size())) {
      throw new LedgerException(
          "what an earlier write left cannot be cut off the block files in "
              + directory
              + "; blocks are committed again once they can be written");
    }
    int startFile = file;
    long startSize = size;
    try {
      List<BlockLocation> locations = new ArrayList<>(frames.size());
      for (byte[] frame : frames) {
        locations.add(write(frame));
      }
      written.run();
      current.getFD().sync();
      return locations;
    } catch (IOException | UncheckedIOException e) {
      cutBack(startFile, startSize);
      throw new LedgerException(
          "the next block cannot be written to the block files in "
              + directory
              + ": "
              + reason(e)
              + "; blocks are committed again once that is mended",
          e);
    }
  }

  private static String reason(Exception e) {
    return String.valueOf(e instanceof UncheckedIOException ? e.getCause() : e.getMessage());
  }

  private BlockLocation write(byte[] frame) throws IOException {
    if (size + frame.length > maxFileSize && size > 0) {
      moveToNextFile();
    }
    current.seek(size);
    current.write(frame);
    int prefix = varintLength(frame);
    BlockLocation location = BlockLocation.of(file, size + prefix, frame, prefix);
    size += frame.length;
    return location;
  }

  private static int varintLength(byte[] frame) {
    int at = 0;
    while (frame[at] < 0) {
      at++;
    }
    return at + 1;
  }

  private void moveToNextFile() throws IOException {
    current.getFD().sync();
    RandomAccessFile next = openForWriting(file + 1);
    next.setLength(0);
    current.close();
    current = next;
    file++;
    size = 0;
  }

  private boolean cutBack(int toFile, long toSize) {
    try {
      cut(toFile, toSize);
      uncut = null;
      return true;
    } catch (IOException e) {
      uncut = new Place(toFile, toSize);
      return false;
    }
  }

  /// Cuts off all that lies behind a place.
  void cut(int toFile, long toSize) throws IOException {
    current.close();
    for (int i = file; i > toFile; i--) {
      Files.deleteIfExists(path(directory, i));
    }
    file = toFile;
    current = openForWriting(toFile);
    current.setLength(toSize);
    current.getFD().sync();
    size = toSize;
  }

  /// The serialized block at a place.
  byte[] read(BlockLocation location) {
    Path path = path(directory, location.file());
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      byte[] bytes = new byte[location.length()];
      in.seek(location.offset());
      in.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new LedgerException(
          "cannot read %d bytes at %d of %s: %s"
              .formatted(location.length(), location.offset(), path, e),
          e);
    }
  }

  int lastFile() {
    return file;
  }

  /// The length of a file in bytes.
  long size(int number) {
    return number == file ? size : path(directory, number).toFile().length();
  }

  private RandomAccessFile openForWriting(int number) throws IOException {
    Path path = path(directory, number);
    boolean made = !Files.exists(path);
    RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
    if (made) {
      syncDirectory(directory);
    }
    return opened;
  }

  /// Makes the names in a directory durable.
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static Path path(Path directory, int number) {
    return directory.resolve(PREFIX + "%06d".formatted(number));
  }

  @Override
  public void close() {
    try {
      current.close();
    } catch (IOException e) {
      throw new LedgerException("cannot close the block files in " + directory + ": " + e, e);
    }
  }
}
