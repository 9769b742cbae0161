package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Updates to keys in several spaces, such as namespaces or collections. Used by one thread until
/// its block is committed, then only read.
///
/// @param <S> what names a space
final class UpdateMap<S> {
  private final Map<S, NavigableMap<ByteString, VersionedValue>> spaces = new HashMap<>();

  @Nullable VersionedValue get(S space, ByteString key) {
    NavigableMap<ByteString, VersionedValue> updates = spaces.get(space);
    return updates == null ? null : updates.get(key);
  }

  boolean contains(S space, ByteString key) {
    return get(space, key) != null;
  }

  void put(S space, ByteString key, VersionedValue value) {
    spaces
        .computeIfAbsent(space, s -> new TreeMap<>(ByteString.unsignedLexicographicalComparator()))
        .put(key, value);
  }

  Set<S> spaces() {
    return spaces.keySet();
  }

  /// A space's updates by key in byte order.
  NavigableMap<ByteString, VersionedValue> of(S space) {
    return spaces.getOrDefault(space, Collections.emptyNavigableMap());
  }

  /// A space's updates from start (inclusive) to end (exclusive; empty: no end).
  NavigableMap<ByteString, VersionedValue> range(S space, ByteString start, ByteString end) {
    NavigableMap<ByteString, VersionedValue> updates = of(space);
    if (updates.isEmpty()) {
      return updates;
    }
    if (end.isEmpty()) {
      return updates.tailMap(start, true);
    }
    return ByteString.unsignedLexicographicalComparator().compare(start, end) >= 0
        ? Collections.emptyNavigableMap()
        : updates.subMap(start, true, end, false);
  }
}
