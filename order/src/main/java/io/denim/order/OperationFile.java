package io.denim.order;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Notes of what an orderer has begun to do to its channels, one file each, so that a node that was
/// killed meanwhile ends it when it starts again (fabric v3.1.5 orderer/common/filerepo). A file
/// appears whole or not at all.
final class OperationFile {
  private final Path directory;
  private final String suffix;

  /// @param directory is made if it is missing
  /// @param suffix of the files' names, with its dot
  OperationFile(Path directory, String suffix) {
    this.directory = directory;
    this.suffix = suffix;
    try {
      DurableFolder.make(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    }
  }

  void save(String channelId, ByteString content) {
    Path temporary = directory.resolve(channelId + suffix + "~");
    try {
      Files.write(temporary, content.toByteArray());
      try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        file.force(true);
      }
      Files.move(temporary, path(channelId), StandardCopyOption.ATOMIC_MOVE);
      DurableFolder.sync(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path(channelId), e);
    }
  }

  void remove(String channelId) {
    try {
      Files.deleteIfExists(path(channelId));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path(channelId), e);
    }
  }

  /// All notes by channel, sorted.
  Map<String, ByteString> all() {
    Map<String, ByteString> notes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(suffix)) {
          String channelId = name.substring(0, name.length() - suffix.length());
          notes.put(channelId, ByteString.copyFrom(Files.readAllBytes(file)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
    return notes;
  }

  private Path path(String channelId) {
    return directory.resolve(channelId + suffix);
  }
}
