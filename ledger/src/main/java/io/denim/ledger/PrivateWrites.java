package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.PrivateStore.Purge;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.jspecify.annotations.Nullable;

/// Applies clear private writes of valid transactions to a block's updates (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/validation/batch_preparer.go). Used by the committing thread.
final class PrivateWrites {
  private final StateReader committed;
  private final BlockUpdates updates;
  private final Set<CollectionKey> metadataWrites = new HashSet<>();

  PrivateWrites(StateReader committed, BlockUpdates updates) {
    this.committed = committed;
    this.updates = updates;
  }

  /// The part of a transaction's clear sets whose hashes are those in the block.
  static TxPvtReadWriteSet matching(TxRwSet rwSet, TxPvtReadWriteSet clear) {
    TxPvtReadWriteSet.Builder matching = TxPvtReadWriteSet.newBuilder();
    for (NsPvtReadWriteSet namespace : clear.getNsPvtRwsetList()) {
      NsPvtReadWriteSet.Builder kept =
          NsPvtReadWriteSet.newBuilder().setNamespace(namespace.getNamespace());
      for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
        CollectionName name =
            new CollectionName(namespace.getNamespace(), collection.getCollectionName());
        if (Sha256.of(collection.getRwset()).equals(hashOf(rwSet, name))) {
          kept.addCollectionPvtRwset(collection);
        }
      }
      if (kept.getCollectionPvtRwsetCount() > 0) {
        matching.addNsPvtRwset(kept);
      }
    }
    return matching.build();
  }

  /// The collections that a transaction writes to and whose clear sets are not given.
  static List<CollectionName> unmatched(TxRwSet rwSet, @Nullable TxPvtReadWriteSet matching) {
    Set<CollectionName> given = new HashSet<>();
    if (matching != null) {
      for (NsPvtReadWriteSet namespace : matching.getNsPvtRwsetList()) {
        for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
          given.add(new CollectionName(namespace.getNamespace(), collection.getCollectionName()));
        }
      }
    }
    List<CollectionName> unmatched = new ArrayList<>();
    for (NsRwSet namespace : rwSet.namespaces()) {
      for (CollHashedRwSet collection : namespace.collections()) {
        CollectionName name = new CollectionName(namespace.namespace(), collection.collection());
        if (!collection.pvtRwSetHash().isEmpty() && !given.contains(name)) {
          unmatched.add(name);
        }
      }
    }
    return unmatched;
  }

  /// The hash of a collection's clear write set in a transaction; empty where nothing is written.
  static ByteString hashOf(TxRwSet rwSet, CollectionName name) {
    for (NsRwSet namespace : rwSet.namespaces()) {
      for (CollHashedRwSet collection : namespace.collections()) {
        if (namespace.namespace().equals(name.namespace())
            && collection.collection().equals(name.collection())) {
          return collection.pvtRwSetHash();
        }
      }
    }
    return ByteString.EMPTY;
  }

  void apply(TxPvtReadWriteSet clear, Height height) {
    for (NsPvtReadWriteSet namespace : clear.getNsPvtRwsetList()) {
      for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
        CollectionName name =
            new CollectionName(namespace.getNamespace(), collection.getCollectionName());
        KVRWSet set = parse(collection.getRwset());
        if (set == null) {
          continue;
        }
        for (KVWrite write : set.getWritesList()) {
          updates
              .privateUpdates()
              .put(
                  name,
                  write.getKeyBytes(),
                  WriteSets.isDelete(write)
                      ? VersionedValue.deletion(height)
                      : new VersionedValue(write.getValue(), ByteString.EMPTY, height));
        }
        for (KVMetadataWrite write : set.getMetadataWritesList()) {
          metadataWrites.add(new CollectionKey(name, write.getKeyBytes()));
        }
      }
    }
  }

  private static @Nullable KVRWSet parse(ByteString bytes) {
    try {
      return KVRWSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return null; // endorsed, but no peer can read it
    }
  }

  /// Gives clear values whose metadata alone changed the version that their hashes have now, since
  /// otherwise they would look stale.
  void followMetadata() {
    for (CollectionKey key : metadataWrites) {
      VersionedValue hashed = updates.hashedUpdates().get(key.collection(), Sha256.of(key.key()));
      VersionedValue latest = latest(key);
      if (hashed == null
          || hashed.isDeletion()
          || latest == null
          || latest.isDeletion()
          || latest.version().equals(hashed.version())) {
        continue;
      }
      if (Sha256.of(latest.present()).equals(hashed.value())) {
        updates
            .privateUpdates()
            .put(
                key.collection(),
                key.key(),
                new VersionedValue(latest.value(), ByteString.EMPTY, hashed.version()));
      }
    }
  }

  private @Nullable VersionedValue latest(CollectionKey key) {
    VersionedValue update = updates.privateUpdates().get(key.collection(), key.key());
    return update != null
        ? update
        : committed.get(
            StateKey.privateNamespace(key.collection().namespace(), key.collection().collection()),
            key.key());
  }

  /// Removes purged keys from the clear state, by their hashes, whether or not this node got the
  /// purging transaction's clear writes.
  void purge(List<Purge> purges, PrivateStore store) {
    for (Purge purge : purges) {
      store
          .clearKey(purge.collection(), purge.keyHash())
          .ifPresent(key -> purge(purge, ByteString.copyFromUtf8(key)));
      for (Map.Entry<ByteString, VersionedValue> update :
          List.copyOf(updates.privateUpdates().of(purge.collection()).entrySet())) {
        if (Sha256.of(update.getKey()).equals(purge.keyHash())) {
          purge(purge, update.getKey());
        }
      }
    }
  }

  private void purge(Purge purge, ByteString key) {
    VersionedValue update = updates.privateUpdates().get(purge.collection(), key);
    if (update == null || update.version().compareTo(purge.height()) < 0) {
      updates
          .privateUpdates()
          .put(purge.collection(), key, VersionedValue.deletion(purge.height()));
    }
  }

  private record CollectionKey(CollectionName collection, ByteString key) {}
}
