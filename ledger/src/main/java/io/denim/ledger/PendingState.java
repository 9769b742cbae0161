package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The stored state with the updates of blocks that will be written together with the next one.
/// Used by the committing thread.
final class PendingState implements StateReader {
  private final StateReader stored;
  private final UpdateMap<String> updates = new UpdateMap<>();

  PendingState(StateReader stored) {
    this.stored = stored;
  }

  void put(String namespace, ByteString key, VersionedValue value) {
    updates.put(namespace, key, value);
  }

  @Override
  public @Nullable VersionedValue get(String namespace, ByteString key) {
    VersionedValue update = updates.get(namespace, key);
    if (update == null) {
      return stored.get(namespace, key);
    }
    return update.isDeletion() ? null : update;
  }

  @Override
  public Cursor range(String namespace, ByteString start, ByteString end) {
    return new MergedRange(
        stored.range(namespace, start, end), updates.range(namespace, start, end));
  }

  /// Adds all updates to a batch, with what follows for queries.
  void addTo(Database.Batch batch, StateFollower follower) {
    for (String namespace : updates.spaces()) {
      for (Map.Entry<ByteString, VersionedValue> update : updates.of(namespace).entrySet()) {
        byte[] key = StateKey.encode(namespace, update.getKey());
        VersionedValue value = update.getValue();
        follower.write(batch, namespace, update.getKey(), stored, value);
        if (value.isDeletion()) {
          batch.delete(Table.STATE, key);
        } else {
          batch.put(Table.STATE, key, value.encode());
        }
      }
    }
  }
}
