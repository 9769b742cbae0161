package io.denim.ledger;

import io.denim.ledger.couch.CouchSettings;
import java.nio.file.Path;

/// How a peer keeps its ledgers.
///
/// @param root the directory `ledgersData`
/// @param snapshots the directory for snapshots
/// @param history whether the values that keys had are kept findable
/// @param maxBlockFileSize bytes after which a new block file is begun
/// @param queries how JSON queries are answered
public record LedgerOptions(
    Path root, Path snapshots, boolean history, int maxBlockFileSize, Queries queries) {
  /// Fabric's size of block files.
  public static final int BLOCK_FILE_SIZE = 64 * 1024 * 1024;

  /// Options with snapshots beside the ledgers.
  public LedgerOptions(Path root, boolean history, int maxBlockFileSize) {
    this(root, root.resolveSibling("snapshots"), history, maxBlockFileSize, Queries.defaults());
  }

  /// How JSON queries are answered.
  public sealed interface Queries {
    /// How many results Fabric reads at a time, its `internalQueryLimit`.
    int PAGE = 1000;

    static Queries defaults() {
      return new Embedded(PAGE);
    }

    /// Not at all, as by Fabric's goleveldb.
    record None() implements Queries {}

    /// From the embedded state and its indexes.
    ///
    /// @param pageLimit how many results are read at a time
    record Embedded(int pageLimit) implements Queries {}

    /// By a CouchDB server that follows the embedded state.
    record CouchDb(CouchSettings settings) implements Queries {}
  }

  /// Fabric's defaults.
  public static LedgerOptions at(Path root) {
    return new LedgerOptions(root, true, BLOCK_FILE_SIZE);
  }
}
