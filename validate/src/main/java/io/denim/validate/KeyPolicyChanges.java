package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet;
import java.util.HashSet;
import java.util.Set;

/// Keys whose key-level policy earlier transactions of the same block change. Later ones may not
/// write them in this block (fabric v3.1.5 core/common/validation/statebased/vpmanagerimpl.go).
/// Used by one thread.
final class KeyPolicyChanges {
  private final Set<Key> changed = new HashSet<>();

  /// A key, or the hash of a private one.
  ///
  /// @param collection empty for public keys
  private record Key(String namespace, String collection, ByteString key) {}

  boolean contains(String namespace, String key) {
    return !changed.isEmpty() && changed.contains(publicKey(namespace, key));
  }

  boolean contains(String namespace, String collection, ByteString keyHash) {
    return !changed.isEmpty() && changed.contains(new Key(namespace, collection, keyHash));
  }

  /// Adds what a transaction changes in a namespace whose policy it satisfied.
  void add(TxRwSet.NsRwSet namespace) {
    namespace
        .kvRwSet()
        .getMetadataWritesList()
        .forEach(write -> changed.add(publicKey(namespace.namespace(), write.getKey())));
    for (TxRwSet.CollHashedRwSet collection : namespace.collections()) {
      collection
          .hashedRwSet()
          .getMetadataWritesList()
          .forEach(write ->
              changed.add(
                  new Key(namespace.namespace(), collection.collection(), write.getKeyHash())));
    }
  }

  private static Key publicKey(String namespace, String key) {
    return new Key(namespace, "", ByteString.copyFromUtf8(key));
  }
}
