package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// A range of the state as updates leave it: their values hide older ones, what they delete is left
/// out.
final class MergedRange implements StateReader.Cursor {
  private final StateReader.Cursor older;
  private final Iterator<Map.Entry<ByteString, VersionedValue>> updates;
  private StateReader.@Nullable Entry old;
  private StateReader.@Nullable Entry updated;

  MergedRange(StateReader.Cursor older, NavigableMap<ByteString, VersionedValue> updates) {
    this.older = older;
    this.updates = updates.entrySet().iterator();
    this.old = older.next();
    this.updated = nextUpdate();
  }

  private StateReader.@Nullable Entry nextUpdate() {
    if (!updates.hasNext()) {
      return null;
    }
    Map.Entry<ByteString, VersionedValue> next = updates.next();
    return new StateReader.Entry(next.getKey(), next.getValue());
  }

  @Override
  public StateReader.@Nullable Entry next() {
    while (true) {
      StateReader.Entry chosen = choose();
      if (chosen == null || !chosen.value().isDeletion()) {
        return chosen;
      }
    }
  }

  private StateReader.@Nullable Entry choose() {
    StateReader.Entry left = old;
    StateReader.Entry right = updated;
    int order = left == null ? 1 : right == null ? -1 : compare(left.key(), right.key());
    if (order <= 0) {
      old = older.next();
    }
    if (order >= 0) {
      updated = nextUpdate();
    }
    return order < 0 ? left : right;
  }

  private static int compare(ByteString left, ByteString right) {
    return ByteString.unsignedLexicographicalComparator().compare(left, right);
  }

  @Override
  public void close() {
    older.close();
  }
}
