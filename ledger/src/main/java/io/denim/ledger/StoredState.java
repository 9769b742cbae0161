package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The world state in the database, at its last height or at a snapshot's. Safe for use by any
/// thread.
final class StoredState implements StateReader {
  private final Database db;
  private final Database.@Nullable Snapshot snapshot;

  StoredState(Database db, Database.@Nullable Snapshot snapshot) {
    this.db = db;
    this.snapshot = snapshot;
  }

  @Override
  public @Nullable VersionedValue get(String namespace, ByteString key) {
    byte[] name = StateKey.encode(namespace, key);
    byte[] value =
        snapshot == null ? db.get(Table.STATE, name) : db.get(Table.STATE, name, snapshot);
    return value == null ? null : VersionedValue.decode(value);
  }

  @Override
  public Cursor range(String namespace, ByteString start, ByteString end) {
    byte[] from = StateKey.encode(namespace, start);
    byte[] to = end.isEmpty() ? StateKey.endOf(namespace) : StateKey.encode(namespace, end);
    Database.Cursor cursor =
        snapshot == null ? db.cursor(Table.STATE, from) : db.cursor(Table.STATE, from, snapshot);
    return new StoredRange(cursor, from.length - start.size(), to);
  }

  private static final class StoredRange implements Cursor {
    private final Database.Cursor cursor;
    private final int prefix;
    private final byte[] to;

    StoredRange(Database.Cursor cursor, int prefix, byte[] to) {
      this.cursor = cursor;
      this.prefix = prefix;
      this.to = to;
    }

    @Override
    public @Nullable Entry next() {
      byte[] key = cursor.key();
      if (key == null || Arrays.compareUnsigned(key, to) >= 0) {
        return null;
      }
      Entry entry =
          new Entry(
              UnsafeByteOperations.unsafeWrap(key, prefix, key.length - prefix),
              VersionedValue.decode(cursor.value()));
      cursor.next();
      return entry;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
