package io.denim.chaincode;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// Unpacks chaincode (fabric v3.1.5 core/container/externalbuilder/tar.go). Bounded in size, ratio
/// and number of entries, since a small archive can unpack to a full disk.
final class CodeArchive {
  private static final long MAX_BYTES = 1024L * 1024 * 1024;
  private static final long FREE_BYTES = 64L * 1024 * 1024;
  private static final long MAX_RATIO = 100;
  private static final int MAX_ENTRIES = 100_000;
  private static final int MAX_METADATA = 16 * 1024 * 1024;

  private CodeArchive() {}

  static void unpack(ByteString archive, Path folder)
      throws ChaincodePackageException, IOException {
    long most = Math.min(MAX_BYTES, Math.max(FREE_BYTES, archive.size() * MAX_RATIO));
    try (GZIPInputStream unzipped = new GZIPInputStream(archive.newInput(), 32 * 1024)) {
      TarReader tar = new TarReader(unzipped, most);
      int entries = 0;
      for (Optional<TarReader.Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
        if (++entries > MAX_ENTRIES) {
          throw new ChaincodePackageException(
              "the code has more than " + MAX_ENTRIES + " files and folders");
        }
        unpack(tar, next.get(), folder);
      }
    }
  }

  /// The files whose paths begin in one way, by path.
  static Map<String, ByteString> files(ByteString archive, String prefix)
      throws ChaincodePackageException {
    long most = Math.min(MAX_BYTES, Math.max(FREE_BYTES, archive.size() * MAX_RATIO));
    Map<String, ByteString> files = new TreeMap<>();
    int room = MAX_METADATA;
    try (GZIPInputStream unzipped = new GZIPInputStream(archive.newInput(), 32 * 1024)) {
      TarReader tar = new TarReader(unzipped, most);
      for (Optional<TarReader.Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
        if (next.get().kind() == TarReader.Kind.FILE && next.get().name().startsWith(prefix)) {
          byte[] content = tar.content(room);
          room -= content.length;
          files.put(next.get().name(), ByteString.copyFrom(content));
        }
      }
      return files;
    } catch (IOException e) {
      throw new ChaincodePackageException("the code cannot be read: " + e.getMessage(), e);
    }
  }

  private static void unpack(TarReader tar, TarReader.Entry entry, Path folder)
      throws ChaincodePackageException, IOException {
    Path target = target(entry.name(), folder);
    switch (entry.kind()) {
      case FOLDER -> Files.createDirectories(target);
      case FILE -> {
        Path parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        try (OutputStream file =
            Files.newOutputStream(
                target,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
          tar.copyTo(file);
        }
        boolean program = (entry.mode() & 0100) != 0;
        Files.setPosixFilePermissions(
            target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
      }
      case OTHER ->
          throw new ChaincodePackageException(
              "invalid file type '"
                  + entry.type()
                  + "' contained in archive for file '"
                  + entry.name()
                  + "'");
    }
  }

  private static Path target(String name, Path folder) throws ChaincodePackageException {
    try {
      Path relative = Path.of(name).normalize();
      if (!relative.isAbsolute() && !relative.startsWith("..")) {
        return folder.resolve(relative);
      }
    } catch (InvalidPathException e) {
      throw new ChaincodePackageException("tar contains the unusable path '" + name + "'", e);
    }
    throw new ChaincodePackageException(
        "tar contains the absolute or escaping path '" + name + "'");
  }
}
