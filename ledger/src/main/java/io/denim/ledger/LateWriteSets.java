package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.PeerLedger.MissingInBlock;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.wire.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;

/// Judges clear write sets that come after their block: against the hashes in it or, for blocks
/// that a snapshot stands for, against the snapshot's. Keys that were purged here need not be there
/// and are left out; where the giver has purged more than this node, the set has to come again
/// later. Used under the ledger's commit lock, for one block.
///
/// Follows fabric v3.1.5 core/ledger/kvledger/hashcheck_pvtdata.go.
final class LateWriteSets {
  private final LedgerParts parts;
  private final long number;
  private final Optional<Block> block;

  /// What a collection's write set has to be.
  ///
  /// @param whole the hash of all its bytes; empty where a snapshot tells only of what it left
  /// @param values by the hashes of keys, the hash of the value, empty for a deletion
  private record Expected(ByteString whole, Map<ByteString, ByteString> values) {}

  LateWriteSets(LedgerParts parts, long number, long height) {
    this.parts = parts;
    this.number = number;
    this.block =
        Long.compareUnsigned(number, height) < 0
            ? parts.store().blockByNumber(number)
            : Optional.empty();
  }

  /// The part of a transaction's sets that is right, without purged keys.
  ///
  /// @param refused takes what is not
  TxPvtReadWriteSet right(TxPvtData given, List<MissingInBlock> refused) {
    TxPvtReadWriteSet.Builder right =
        TxPvtReadWriteSet.newBuilder().setDataModel(given.writeSet().getDataModel());
    Optional<TxRwSet> rwSet = block.flatMap(found -> rwSet(found, given.txNumber()));
    for (NsPvtReadWriteSet namespace : given.writeSet().getNsPvtRwsetList()) {
      NsPvtReadWriteSet.Builder kept =
          NsPvtReadWriteSet.newBuilder().setNamespace(namespace.getNamespace());
      for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
        CollectionName name =
            new CollectionName(namespace.getNamespace(), collection.getCollectionName());
        Optional<ByteString> set =
            right(name, given.txNumber(), expected(rwSet, name, given.txNumber()), collection);
        if (set.isPresent()) {
          kept.addCollectionPvtRwset(collection.toBuilder().setRwset(set.get()));
        } else {
          refused.add(new MissingInBlock(number, (int) given.txNumber(), name));
        }
      }
      if (kept.getCollectionPvtRwsetCount() > 0) {
        right.addNsPvtRwset(kept);
      }
    }
    return right.build();
  }

  private static Optional<TxRwSet> rwSet(Block block, long tx) {
    if (tx < 0 || tx >= block.getData().getDataCount()) {
      return Optional.empty();
    }
    return StoredTransaction.parse(block.getData().getData((int) tx))
        .flatMap(stored ->
            stored.checked() instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)
                ? Optional.of(rwSet)
                : Optional.empty());
  }

  private Expected expected(Optional<TxRwSet> rwSet, CollectionName name, long tx) {
    if (block.isEmpty()) {
      return new Expected(ByteString.EMPTY, parts.privateStore().snapshotHashes(number, tx, name));
    }
    for (NsRwSet namespace : rwSet.map(TxRwSet::namespaces).orElse(List.of())) {
      for (CollHashedRwSet collection : namespace.collections()) {
        if (namespace.namespace().equals(name.namespace())
            && collection.collection().equals(name.collection())) {
          Map<ByteString, ByteString> values = new HashMap<>();
          for (KVWriteHash write : collection.hashedRwSet().getHashedWritesList()) {
            values.put(write.getKeyHash(), write.getValueHash());
          }
          return new Expected(collection.pvtRwSetHash(), values);
        }
      }
    }
    return new Expected(ByteString.EMPTY, Map.of());
  }

  private Optional<ByteString> right(
      CollectionName name, long tx, Expected expected, CollectionPvtReadWriteSet given) {
    boolean whole =
        !expected.whole().isEmpty() && Sha256.of(given.getRwset()).equals(expected.whole());
    Map<ByteString, ByteString> left = new HashMap<>(expected.values());
    left.keySet().removeIf(key -> parts.privateStore().isPurged(name, key, new Height(number, tx)));
    if (whole) {
      return Optional.of(given.getRwset()); // the store leaves purged keys out
    }
    if (expected.values().isEmpty()) {
      return Optional.empty();
    }
    if (left.isEmpty()) {
      return Optional.of(ByteString.EMPTY); // all of it is purged, so nothing is missing
    }
    KVRWSet set;
    try {
      set = KVRWSet.parseFrom(given.getRwset());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    boolean mayBeTrimmed =
        expected.whole().isEmpty() || set.getWritesCount() < expected.values().size();
    return mayBeTrimmed ? trimmed(set, left) : Optional.empty();
  }

  /// The writes that are expected, if all are there.
  ///
  /// @param left values by the hashes of keys; emptied
  private static Optional<ByteString> trimmed(KVRWSet set, Map<ByteString, ByteString> left) {
    KVRWSet.Builder kept = KVRWSet.newBuilder();
    for (KVWrite write : set.getWritesList()) {
      ByteString value = left.remove(KeyHash.of(write.getKey()));
      if (value == null) {
        continue;
      }
      boolean same =
          WriteSets.isDelete(write) ? value.isEmpty() : Sha256.of(write.getValue()).equals(value);
      if (!same) {
        return Optional.empty();
      }
      kept.addWrites(write);
    }
    return left.isEmpty() ? Optional.of(kept.build().toByteString()) : Optional.empty();
  }
}
