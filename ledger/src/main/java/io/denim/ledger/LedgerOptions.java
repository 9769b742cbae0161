package io.denim.ledger;

import java.nio.file.Path;

/// How a peer keeps its ledgers.
///
/// @param root the directory `ledgersData`
/// @param history whether the values that keys had are kept findable
/// @param maxBlockFileSize bytes after which a new block file is begun
public record LedgerOptions(Path root, boolean history, int maxBlockFileSize) {
  /// Fabric's size of block files.
  public static final int BLOCK_FILE_SIZE = 64 * 1024 * 1024;

  /// Fabric's defaults.
  public static LedgerOptions at(Path root) {
    return new LedgerOptions(root, true, BLOCK_FILE_SIZE);
  }
}
