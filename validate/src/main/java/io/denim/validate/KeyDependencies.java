package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWriteHash;

/// Keys whose metadata, and with it perhaps their endorsement policy, earlier transactions of the
/// block set: what a later one writes to them was endorsed under a policy that no longer holds
/// (fabric v3.1.5 core/common/validation/statebased/vpmanagerimpl.go). It counts whether the
/// earlier transaction was well endorsed in that namespace, not whether it is valid in the end.
/// Used by one thread, for one block.
final class KeyDependencies {
  private final Set<Key> updated = new HashSet<>();
  private final List<NsRwSet> later = new ArrayList<>();

  boolean isUpdated(String namespace, String collection, ByteString key) {
    return !updated.isEmpty() && updated.contains(new Key(namespace, collection, key));
  }

  /// Takes the next transaction's metadata writes, to count from the one after it on.
  void addLater(NsRwSet namespace) {
    later.add(namespace);
  }

  void endTransaction() {
    later.forEach(this::add);
    later.clear();
  }

  private void add(NsRwSet namespace) {
    for (KVMetadataWrite write : namespace.kvRwSet().getMetadataWritesList()) {
      updated.add(new Key(namespace.namespace(), "", write.getKeyBytes()));
    }
    for (CollHashedRwSet collection : namespace.collections()) {
      for (KVMetadataWriteHash write : collection.hashedRwSet().getMetadataWritesList()) {
        updated.add(new Key(namespace.namespace(), collection.collection(), write.getKeyHash()));
      }
    }
  }

  /// @param collection empty for public keys
  private record Key(String namespace, String collection, ByteString key) {}
}
