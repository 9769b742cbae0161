package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which private data leaves the state with which block (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/pvtstatepurgemgmt/purge_mgr.go). Made for one group of blocks; used
/// by the committing thread.
final class ExpirySchedule {
  private static final long END_OF_BLOCK = -1L;

  private final Database db;
  private final Map<Key, String> added = new LinkedHashMap<>();
  private final List<Key> done = new ArrayList<>();

  ExpirySchedule(Database db) {
    this.db = db;
  }

  /// Notes when what a block writes expires.
  void add(long block, BlockUpdates updates, BlockToLive blockToLive, QueryExecutor state) {
    for (CollectionName name : updates.hashedUpdates().spaces()) {
      long expiry = blockToLive.expiry(name, block, state);
      if (expiry == BlockToLive.NEVER) {
        continue;
      }
      updates
          .hashedUpdates()
          .of(name)
          .forEach((hash, value) -> {
            if (!value.isDeletion()) {
              added.put(new Key(expiry, block, name, hash), "");
            }
          });
    }
    for (CollectionName name : updates.privateUpdates().spaces()) {
      long expiry = blockToLive.expiry(name, block, state);
      if (expiry == BlockToLive.NEVER) {
        continue;
      }
      updates
          .privateUpdates()
          .of(name)
          .forEach((key, value) -> {
            if (!value.isDeletion()) {
              String text = key.toStringUtf8();
              long written = value.version().block();
              added.put(new Key(expiry, written, name, KeyHash.of(text)), text);
            }
          });
    }
  }

  /// Notes a clear key that came later than its block.
  void addLate(CollectionName name, String key, long block, long expiry) {
    added.put(new Key(expiry, block, name, KeyHash.of(key)), key);
  }

  /// Puts the expiry of a hash that a snapshot holds into a batch.
  static void put(
      Database.Batch batch, long expiry, long block, CollectionName name, ByteString keyHash) {
    batch.put(Table.EXPIRY, new Key(expiry, block, name, keyHash).encode(), new byte[0]);
  }

  /// Adds the deletion of what expires with a block to its updates, except for what was written
  /// again since.
  ///
  /// @param committed the state before the block
  void expire(long block, StateReader committed, BlockUpdates updates) {
    for (Map.Entry<Key, String> entry : due(block).entrySet()) {
      Key due = entry.getKey();
      done.add(due);
      CollectionName name = due.collection();
      Height end = new Height(block, END_OF_BLOCK);
      ByteString key = ByteString.copyFromUtf8(entry.getValue());
      boolean hasKey = !key.isEmpty();
      boolean hashIsDue =
          isFrom(
              due.committed(),
              committed.version(
                  StateKey.hashedNamespace(name.namespace(), name.collection()), due.keyHash()));
      boolean keyIsDue =
          hasKey
              && (hashIsDue
                  || isFrom(
                      due.committed(),
                      committed.version(
                          StateKey.privateNamespace(name.namespace(), name.collection()), key)));
      if (hashIsDue && !updates.hashedUpdates().contains(name, due.keyHash())) {
        updates.hashedUpdates().put(name, due.keyHash(), VersionedValue.deletion(end));
      }
      if (keyIsDue && !updates.privateUpdates().contains(name, key)) {
        updates.privateUpdates().put(name, key, VersionedValue.deletion(end));
      }
    }
  }

  private static boolean isFrom(long block, @Nullable Height version) {
    return version != null && version.block() == block;
  }

  private Map<Key, String> due(long block) {
    Map<Key, String> due = new LinkedHashMap<>();
    byte[] prefix = new DatabaseKey().number(block).build();
    try (Database.Cursor cursor = db.cursor(Table.EXPIRY, prefix)) {
      for (byte[] key = cursor.key();
          key != null && DatabaseKey.startsWith(key, prefix);
          key = cursor.key()) {
        due.put(Key.decode(key), ByteString.copyFrom(cursor.value()).toStringUtf8());
        cursor.next();
      }
    }
    added.forEach((key, text) -> {
      if (key.expiry() == block) {
        due.put(key, text);
      }
    });
    return due;
  }

  void addTo(Database.Batch batch) {
    added.forEach((key, text) ->
        batch.put(Table.EXPIRY, key.encode(), ByteString.copyFromUtf8(text).toByteArray()));
    for (Key key : done) {
      batch.delete(Table.EXPIRY, key.encode());
    }
  }

  /// @param expiry the block that ends the data's life
  /// @param committed the block that wrote it
  private record Key(long expiry, long committed, CollectionName collection, ByteString keyHash) {
    byte[] encode() {
      return new DatabaseKey()
          .number(expiry)
          .number(committed)
          .collection(collection)
          .bytes(keyHash)
          .build();
    }

    static Key decode(byte[] bytes) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(bytes);
      return new Key(parts.number(), parts.number(), parts.collection(), parts.rest());
    }
  }
}
