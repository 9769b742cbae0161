package io.denim.ledger;

import java.util.Locale;

/// The column families of a channel's databases.
enum Table {
  /// Where blocks and transactions lie, by number, hash and transaction id.
  INDEX,
  /// The world state with hashes and clear private data.
  STATE,
  /// Secondary indexes on JSON values of the world state.
  JSON,
  /// Which transactions wrote a key.
  HISTORY,
  /// Which private data leaves the state with which block.
  EXPIRY,
  /// The collections that chaincodes had.
  COLLECTIONS,
  /// Private write sets by block and transaction.
  PRIVATE,
  /// Which private write sets hold a key, by the key's hash.
  PRIVATE_KEYS,
  /// Private write sets that are missing.
  MISSING,
  /// Hashes of keys and values that a snapshot tells of, by block and transaction that wrote them.
  SNAPSHOT_HASHES,
  /// Up to where purges reached.
  PURGED,
  /// Blocks at which snapshots are asked for.
  SNAPSHOTS,
  /// Private write sets of transactions that are not committed yet.
  STAGED,
  /// The same by the height at which they came.
  STAGED_HEIGHTS;

  String columnFamily() {
    return name().toLowerCase(Locale.ROOT);
  }
}
