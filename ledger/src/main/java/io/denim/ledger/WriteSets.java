package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.wire.Sha256;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataEntry;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.jspecify.annotations.Nullable;

/// Applies valid transactions' write sets to a block's updates (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/validation/tx_ops.go). Used by the committing thread.
///
/// What a transaction does to one key is noted as a sum of flags in eight bits, as upstream does,
/// and peers must agree on what repeated writes come to: two writes read as one of metadata alone,
/// two deletes are no delete. Where that makes a Fabric peer stop (metadata alone for a key that an
/// earlier transaction of the block deletes), the key stays deleted.
final class WriteSets {
  private static final int UPSERT = 1;
  private static final int METADATA_UPDATE = 2;
  private static final int METADATA_DELETE = 4;
  private static final int DELETE = 8;
  private static final int FLAG_MASK = 0xff;

  /// Hash of an empty value: a write of it is a delete.
  private static final ByteString EMPTY_HASH = Sha256.of(ByteString.EMPTY);

  private final StateReader committed;
  private final BlockUpdates updates;

  WriteSets(StateReader committed, BlockUpdates updates) {
    this.committed = committed;
    this.updates = updates;
  }

  static boolean isDelete(KVWrite write) {
    return write.getIsDelete() || write.getValue().isEmpty();
  }

  static boolean isDelete(KVWriteHash write) {
    return write.getIsDelete()
        || write.getValueHash().isEmpty()
        || write.getValueHash().equals(EMPTY_HASH);
  }

  /// @param height the transaction's, which becomes the version of what it writes
  void apply(TxRwSet rwSet, Height height) {
    Map<Key, Operation> operations = collect(rwSet);
    for (Map.Entry<Key, Operation> entry : operations.entrySet()) {
      VersionedValue update = outcome(entry.getKey(), entry.getValue(), height);
      if (update != null) {
        put(entry.getKey(), update);
      }
    }
  }

  private static Map<Key, Operation> collect(TxRwSet rwSet) {
    Map<Key, Operation> operations = new LinkedHashMap<>();
    for (NsRwSet namespace : rwSet.namespaces()) {
      String ns = namespace.namespace();
      for (KVWrite write : namespace.kvRwSet().getWritesList()) {
        at(operations, ns, "", write.getKeyBytes()).write(isDelete(write), write.getValue());
      }
      for (KVMetadataWrite write : namespace.kvRwSet().getMetadataWritesList()) {
        at(operations, ns, "", write.getKeyBytes()).writeMetadata(write.getEntriesList());
      }
      for (CollHashedRwSet collection : namespace.collections()) {
        collectHashed(operations, ns, collection);
      }
    }
    return operations;
  }

  private static void collectHashed(
      Map<Key, Operation> operations, String namespace, CollHashedRwSet collection) {
    String name = collection.collection();
    for (KVWriteHash write : collection.hashedRwSet().getHashedWritesList()) {
      at(operations, namespace, name, write.getKeyHash())
          .write(isDelete(write), write.getValueHash());
    }
    for (KVMetadataWriteHash write : collection.hashedRwSet().getMetadataWritesList()) {
      at(operations, namespace, name, write.getKeyHash()).writeMetadata(write.getEntriesList());
    }
  }

  private static Operation at(
      Map<Key, Operation> operations, String namespace, String collection, ByteString key) {
    return operations.computeIfAbsent(new Key(namespace, collection, key), k -> new Operation());
  }

  private @Nullable VersionedValue outcome(Key key, Operation operation, Height height) {
    if (operation.isDelete()) {
      return VersionedValue.deletion(height);
    }
    if (operation.isWriteWithMetadata()) {
      return new VersionedValue(operation.value, operation.metadata, height);
    }
    VersionedValue latest = latest(key);
    if (operation.isWriteAlone()) {
      ByteString metadata = latest == null ? ByteString.EMPTY : latest.metadata();
      return new VersionedValue(operation.value, metadata, height);
    }
    return latest == null || latest.isDeletion()
        ? null
        : new VersionedValue(latest.value(), operation.metadata, height);
  }

  private @Nullable VersionedValue latest(Key key) {
    if (key.collection().isEmpty()) {
      VersionedValue update = updates.publicUpdates().get(key.namespace(), key.key());
      return update != null ? update : committed.get(key.namespace(), key.key());
    }
    VersionedValue update = updates.hashedUpdates().get(key.collectionName(), key.key());
    return update != null
        ? update
        : committed.get(StateKey.hashedNamespace(key.namespace(), key.collection()), key.key());
  }

  private void put(Key key, VersionedValue update) {
    if (key.collection().isEmpty()) {
      updates.publicUpdates().put(key.namespace(), key.key(), update);
    } else {
      updates.hashedUpdates().put(key.collectionName(), key.key(), update);
    }
  }

  /// @param collection empty for public keys
  private record Key(String namespace, String collection, ByteString key) {
    CollectionName collectionName() {
      return new CollectionName(namespace, collection);
    }
  }

  /// What one transaction does to one key.
  private static final class Operation {
    private int flags;
    private ByteString value = ByteString.EMPTY;
    private ByteString metadata = ByteString.EMPTY;

    void write(boolean delete, ByteString written) {
      if (delete) {
        add(DELETE);
      } else {
        add(UPSERT);
        value = written;
      }
    }

    void writeMetadata(List<KVMetadataEntry> entries) {
      if (entries.isEmpty()) {
        add(METADATA_DELETE);
      } else {
        add(METADATA_UPDATE);
        metadata = KVMetadataWrite.newBuilder().addAllEntries(entries).build().toByteString();
      }
    }

    private void add(int flag) {
      flags = (flags + flag) & FLAG_MASK;
    }

    private boolean has(int flag) {
      return (flags & flag) == flag;
    }

    boolean isDelete() {
      return has(DELETE);
    }

    boolean isWriteWithMetadata() {
      return has(UPSERT) && (has(METADATA_UPDATE) || has(METADATA_DELETE));
    }

    boolean isWriteAlone() {
      return (flags | UPSERT) == UPSERT;
    }
  }
}
