package io.denim.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Folders that live as long as a benchmark.
final class Folders {
  private Folders() {}

  static void delete(Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> tree = Files.walk(folder)) {
      found = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : found) {
      Files.delete(path);
    }
  }
}
