package io.denim.ca;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/// A file of JSON lines, each synced before it counts and each with a checksum, so that a crash
/// loses nothing that was acknowledged: a torn line at the end is cut, a damaged one elsewhere is
/// an error. One process at a time has it open; owned by its registry's lock.
final class Journal implements AutoCloseable {
  private static final int MOST_LINE_BYTES = 64 * 1024 * 1024;
  private static final String BEFORE_SUM = "{\"crc\":\"";
  private static final String AFTER_SUM = "\",\"changes\":";
  private static final int SUM_DIGITS = 8;

  private final Path file;
  private final FileChannel lockChannel;
  private FileChannel channel;
  private long end;

  private Journal(Path file, FileChannel lockChannel, FileChannel channel) {
    this.file = file;
    this.lockChannel = lockChannel;
    this.channel = channel;
  }

  /// An opened journal with the changes that it holds, each a JSON text.
  record Opened(Journal journal, List<String> changes) {
    Opened {
      changes = List.copyOf(changes);
    }
  }

  /// Opens a journal, or begins one.
  ///
  /// @throws IOException if it cannot be read, is damaged, or another process has it
  static Opened open(Path file) throws IOException {
    FileChannel lock = channel(lockFile(file), StandardOpenOption.WRITE);
    try {
      if (!locked(lock)) {
        throw new IOException(
            file + " is in use by another CA server; only one may have it at a time");
      }
      Journal journal =
          new Journal(file, lock, channel(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
      List<String> changes = journal.read();
      return new Opened(journal, changes);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      FileLock held = lock.tryLock();
      return held != null;
    } catch (OverlappingFileLockException e) {
      return false; // another server of this process
    }
  }

  private static Path lockFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".lock");
  }

  private static FileChannel channel(Path file, StandardOpenOption... options) throws IOException {
    Set<StandardOpenOption> all = new HashSet<>(Set.of(options));
    all.add(StandardOpenOption.CREATE);
    return FileChannel.open(
        file,
        all,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private List<String> read() throws IOException {
    requireJournal();
    List<String> changes = new ArrayList<>();
    long damagedAt = -1;
    long at = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      while (true) {
        byte[] line = line(in);
        if (line.length == 0) {
          break;
        }
        String change = line[line.length - 1] == '\n' ? change(line) : "";
        if (change.isEmpty()) {
          damagedAt = damagedAt < 0 ? at : damagedAt;
        } else if (damagedAt >= 0) {
          throw new IOException(
              file
                  + " is damaged at byte "
                  + damagedAt
                  + ", before lines that are sound; restore it from a copy");
        } else {
          changes.add(change);
          end = at + line.length;
        }
        at += line.length;
      }
    }
    channel.truncate(end);
    channel.position(end);
    channel.force(true);
    return changes;
  }

  /// A file that somebody else wrote is not touched.
  private void requireJournal() throws IOException {
    ByteBuffer start = ByteBuffer.allocate(BEFORE_SUM.length());
    int read = 0;
    while (read >= 0 && start.hasRemaining()) {
      read = channel.read(start, start.position());
    }
    String text = new String(start.array(), 0, start.position(), StandardCharsets.UTF_8);
    if (!BEFORE_SUM.startsWith(text)) {
      throw new IOException(
          file
              + " is not a registry of this CA (a database of Fabric's CA server?); move it away or"
              + " set db.datasource to another file");
    }
  }

  /// The next line with its end, or what there is of one; empty at the end of the file.
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    int next = in.read();
    while (next >= 0) {
      line.write(next);
      if (next == '\n' || line.size() >= MOST_LINE_BYTES) {
        break;
      }
      next = in.read();
    }
    return line.toByteArray();
  }

  /// The changes of a sound line; empty for another.
  private static String change(byte[] bytes) {
    String line = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    int start = BEFORE_SUM.length() + SUM_DIGITS + AFTER_SUM.length();
    if (line.length() <= start || !line.startsWith(BEFORE_SUM) || !line.endsWith("}")) {
      return "";
    }
    String changes = line.substring(start, line.length() - 1);
    return line.equals(withSum(changes)) ? changes : "";
  }

  private static String withSum(String changes) {
    CRC32C sum = new CRC32C();
    sum.update(changes.getBytes(StandardCharsets.UTF_8));
    return BEFORE_SUM + "%08x".formatted(sum.getValue()) + AFTER_SUM + changes + "}";
  }

  /// Adds a line and syncs it.
  ///
  /// @param changes a JSON text of one line
  /// @throws IOException if that fails; then the line does not count
  void append(String changes) throws IOException {
    ByteBuffer line = encoded(changes);
    int length = line.remaining();
    try {
      while (line.hasRemaining()) {
        channel.write(line, end + length - line.remaining());
      }
      channel.force(false);
      end += length;
    } catch (IOException e) {
      channel.truncate(end);
      throw new IOException("cannot write to " + file + ": " + e.getMessage(), e);
    }
  }

  /// Puts a shorter journal that says the same in the place of this one.
  ///
  /// @throws IOException if that fails; then the present one stays
  void replace(List<String> changes) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    FileChannel written = channel(next, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      for (String change : changes) {
        ByteBuffer line = encoded(change);
        while (line.hasRemaining()) {
          written.write(line);
        }
      }
      written.force(true);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      written.close();
      throw e;
    }
    channel.close();
    channel = written;
    end = written.position();
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    }
  }

  private static ByteBuffer encoded(String changes) {
    return ByteBuffer.wrap((withSum(changes) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    try (lockChannel) {
      channel.close();
    }
  }
}
