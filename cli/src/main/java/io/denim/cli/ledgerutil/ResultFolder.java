package io.denim.cli.ledgerutil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where results go, and where a peer's blocks lie (fabric v3.1.5 internal/fileutil,
/// internal/ledgerutil).
final class ResultFolder {
  private ResultFolder() {}

  /// Makes a folder for results.
  ///
  /// @param where of the message that refuses a folder with something in it
  /// @throws IOException if it cannot be made or is not empty
  static Path create(Path parent, String name, String where, String command) throws IOException {
    Path folder = parent.resolve(name);
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new IOException(
            name
                + " already exists in "
                + where
                + ". Choose a different location or remove the existing results. Aborting "
                + command);
      }
    }
    return folder;
  }

  /// The folder of a peer's chains.
  ///
  /// @param peer the peer's `fileSystemPath`
  /// @throws IOException if there are none
  static Path chains(Path peer, String command) throws IOException {
    Path store = peer.resolve("ledgersData/chains");
    if (!Files.isDirectory(store)) {
      throw new IOException(
          "error opening dir [" + store + "]: open " + store + ": no such file or directory");
    }
    try (Stream<Path> files = Files.list(store)) {
      if (files.findAny().isEmpty()) {
        throw new IOException("provided path " + peer + " is empty. Aborting " + command);
      }
    }
    return store.resolve("chains");
  }

  /// The names of the channels in a folder of chains.
  static List<String> channels(Path chains) throws IOException {
    if (!Files.isDirectory(chains)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(chains)) {
      return files
          .filter(Files::isDirectory)
          .map(file -> String.valueOf(file.getFileName()))
          .sorted()
          .toList();
    }
  }
}
