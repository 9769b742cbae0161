package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a block's valid transactions change in the world state: public keys, hashes of private
/// data, clear private data. Used by the committing thread until the block is committed, then only
/// read.
final class BlockUpdates implements StateUpdates {
  private final UpdateMap<String> publicUpdates = new UpdateMap<>();
  private final UpdateMap<CollectionName> hashedUpdates = new UpdateMap<>();
  private final UpdateMap<CollectionName> privateUpdates = new UpdateMap<>();

  UpdateMap<String> publicUpdates() {
    return publicUpdates;
  }

  UpdateMap<CollectionName> hashedUpdates() {
    return hashedUpdates;
  }

  UpdateMap<CollectionName> privateUpdates() {
    return privateUpdates;
  }

  @Override
  public Set<String> namespaces() {
    Set<String> namespaces = new HashSet<>(publicUpdates.spaces());
    for (CollectionName collection : hashedUpdates.spaces()) {
      namespaces.add(collection.namespace());
    }
    return namespaces;
  }

  @Override
  public Map<String, Optional<ByteString>> publicUpdates(String namespace) {
    Map<String, Optional<ByteString>> values = new LinkedHashMap<>();
    publicUpdates
        .of(namespace)
        .forEach(
            (key, value) -> values.put(key.toStringUtf8(), Optional.ofNullable(value.value())));
    return values;
  }

  @Override
  public Map<ByteString, Optional<ByteString>> hashedUpdates(String namespace, String collection) {
    Map<ByteString, Optional<ByteString>> values = new LinkedHashMap<>();
    hashedUpdates
        .of(new CollectionName(namespace, collection))
        .forEach((key, value) -> values.put(key, Optional.ofNullable(value.value())));
    return values;
  }

  /// Moves everything to the state that the next block sees.
  void applyTo(PendingState state) {
    for (String namespace : publicUpdates.spaces()) {
      publicUpdates.of(namespace).forEach((key, value) -> state.put(namespace, key, value));
    }
    for (CollectionName name : hashedUpdates.spaces()) {
      String space = StateKey.hashedNamespace(name.namespace(), name.collection());
      hashedUpdates.of(name).forEach((key, value) -> state.put(space, key, value));
    }
    for (CollectionName name : privateUpdates.spaces()) {
      String space = StateKey.privateNamespace(name.namespace(), name.collection());
      privateUpdates.of(name).forEach((key, value) -> state.put(space, key, value));
    }
  }
}
