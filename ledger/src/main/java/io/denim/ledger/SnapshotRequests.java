package io.denim.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The blocks at which a channel's snapshots are asked for; they survive a restart (fabric v3.1.5
/// core/ledger/kvledger/snapshot_mgmt.go). Guarded by itself.
final class SnapshotRequests {
  private final Database db;
  private final TreeSet<Long> pending = new TreeSet<>(Long::compareUnsigned);

  SnapshotRequests(Database db) {
    this.db = db;
    try (Database.Cursor cursor = db.cursor(Table.SNAPSHOTS, new byte[0])) {
      for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
        pending.add(ByteBuffer.wrap(key).getLong());
        cursor.next();
      }
    }
  }

  synchronized boolean contains(long block) {
    return pending.contains(block);
  }

  synchronized List<Long> all() {
    return new ArrayList<>(pending);
  }

  /// @return whether it was not asked for before
  synchronized boolean add(long block) {
    if (!pending.add(block)) {
      return false;
    }
    try (Database.Batch batch = db.batch()) {
      batch.put(Table.SNAPSHOTS, key(block), new byte[0]);
      batch.writeLogged();
    }
    db.sync();
    return true;
  }

  /// @return whether it was asked for
  synchronized boolean remove(long block) {
    if (!pending.remove(block)) {
      return false;
    }
    try (Database.Batch batch = db.batch()) {
      batch.delete(Table.SNAPSHOTS, key(block));
      batch.writeLogged();
    }
    db.sync();
    return true;
  }

  private static byte[] key(long block) {
    return ByteBuffer.allocate(Long.BYTES).putLong(block).array();
  }
}
