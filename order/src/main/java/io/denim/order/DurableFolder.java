package io.denim.order;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/// Folders whose entries outlive a power cut. A file that was synced may still be missing then,
/// unless the folder that names it was synced as well. Stateless.
public final class DurableFolder {
  private DurableFolder() {}

  /// Makes a folder and those above it that are missing, each safe when this returns.
  public static void make(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path each = folder.toAbsolutePath();
        each != null && !Files.isDirectory(each);
        each = each.getParent()) {
      missing.push(each);
    }
    Files.createDirectories(folder);
    for (Path made : missing) {
      Path above = made.getParent();
      if (above != null) {
        sync(above);
      }
    }
  }

  /// Makes safe which files a folder has and what they are called.
  public static void sync(Path folder) throws IOException {
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
