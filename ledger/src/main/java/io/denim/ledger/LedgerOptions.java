package io.denim.ledger;

import java.nio.file.Path;

/// How a peer keeps its ledgers.
///
/// @param root the directory `ledgersData`
/// @param snapshots the directory for snapshots
/// @param history whether the values that keys had are kept findable
/// @param maxBlockFileSize bytes after which a new block file is begun
public record LedgerOptions(Path root, Path snapshots, boolean history, int maxBlockFileSize) {
  /// Fabric's size of block files.
  public static final int BLOCK_FILE_SIZE = 64 * 1024 * 1024;

  /// Options with snapshots beside the ledgers.
  public LedgerOptions(Path root, boolean history, int maxBlockFileSize) {
    this(root, root.resolveSibling("snapshots"), history, maxBlockFileSize);
  }

  /// Fabric's defaults.
  public static LedgerOptions at(Path root) {
    return new LedgerOptions(root, true, BLOCK_FILE_SIZE);
  }
}
