package io.denim.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// Whole folders.
final class Trees {
  private Trees() {}

  /// Deletes a folder with all that is in it; nothing happens if it is not there.
  static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> found = Files.walk(root)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path); // a process that ends may tidy up as well
      }
    }
  }

  /// Whether a folder is missing or has nothing in it.
  static boolean isEmpty(Path root) throws IOException {
    if (!Files.exists(root)) {
      return true;
    }
    try (Stream<Path> found = Files.list(root)) {
      return found.findAny().isEmpty();
    }
  }

  /// The bytes of all files in a folder.
  static long size(Path root) throws IOException {
    long size = 0;
    try (Stream<Path> found = Files.walk(root)) {
      for (Path path : found.filter(Files::isRegularFile).toList()) {
        size += Files.size(path);
      }
    }
    return size;
  }
}
