package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.PeerLedger.BlockOfPrivateData;
import io.denim.ledger.PeerLedger.MissingInBlock;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.jspecify.annotations.Nullable;

/// Takes clear private data that comes after its block (fabric v3.1.5
/// core/ledger/kvledger/hashcheck_pvtdata.go and txmgmt/txmgr/lockbased_txmgr.go). A value goes
/// into the state only if its hash is still the current one; the state is on disk before the data
/// stops to be noted as missing, so that a crash between loses nothing. Used under the ledger's
/// commit lock, once.
final class LatePrivateData {
  private final LedgerParts parts;
  private final Supplier<QueryExecutor> executors;
  private final long height;
  private final StateReader state;
  private final List<MissingInBlock> refused = new ArrayList<>();

  LatePrivateData(LedgerParts parts, Supplier<QueryExecutor> executors, long height) {
    this.parts = parts;
    this.executors = executors;
    this.height = height;
    this.state = new StoredState(parts.db(), null);
  }

  List<MissingInBlock> commit(List<BlockOfPrivateData> data) {
    try (QueryExecutor definitions = executors.get()) {
      for (BlockOfPrivateData block : data) {
        commit(block, definitions);
      }
    }
    return refused;
  }

  private void commit(BlockOfPrivateData data, QueryExecutor definitions) {
    long number = data.blockNumber();
    LateWriteSets sets = new LateWriteSets(parts, number, height);
    List<TxPvtData> accepted = new ArrayList<>();
    try (Database.Batch batch = parts.db().batch()) {
      ExpirySchedule expiry = new ExpirySchedule(parts.db());
      PendingState late = new PendingState(state);
      for (TxPvtData transaction : data.transactions()) {
        TxPvtReadWriteSet right = sets.right(transaction, refused);
        if (right.getNsPvtRwsetCount() > 0) {
          TxPvtData kept = new TxPvtData(transaction.txNumber(), right);
          accepted.add(kept);
          applyToState(late, expiry, number, kept, definitions);
        }
      }
      late.addTo(batch, parts.follower());
      expiry.addTo(batch);
      batch.writeUnlogged();
    }
    parts.db().flush(true);
    for (TxPvtData kept : accepted) {
      parts
          .privateStore()
          .commitLate(number, kept, name -> parts.blockToLive().expiry(name, number, definitions));
    }
    parts.privateStore().sync();
  }

  private void applyToState(
      PendingState late,
      ExpirySchedule expiry,
      long block,
      TxPvtData data,
      QueryExecutor definitions) {
    Height written = new Height(block, data.txNumber());
    for (NsPvtReadWriteSet namespace : data.writeSet().getNsPvtRwsetList()) {
      for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
        CollectionName name =
            new CollectionName(namespace.getNamespace(), collection.getCollectionName());
        long end = parts.blockToLive().expiry(name, block, definitions);
        for (KVWrite write : writes(collection.getRwset())) {
          VersionedValue update = current(name, write, written);
          if (update != null) {
            late.put(
                StateKey.privateNamespace(name.namespace(), name.collection()),
                write.getKeyBytes(),
                update);
            if (end != BlockToLive.NEVER) {
              expiry.addLate(name, write.getKey(), block, end);
            }
          }
        }
      }
    }
  }

  private static List<KVWrite> writes(ByteString bytes) {
    try {
      return KVRWSet.parseFrom(bytes).getWritesList();
    } catch (InvalidProtocolBufferException e) {
      return List.of();
    }
  }

  /// The update that a late write makes, if it is not outdated.
  private @Nullable VersionedValue current(CollectionName name, KVWrite write, Height written) {
    ByteString hash = KeyHash.of(write.getKey());
    VersionedValue hashed =
        state.get(StateKey.hashedNamespace(name.namespace(), name.collection()), hash);
    if (hashed == null
        || WriteSets.isDelete(write)
        || parts.privateStore().isPurged(name, hash, written)) {
      return null;
    }
    boolean same =
        Objects.equals(hashed.version(), written)
            || Sha256.of(write.getValue()).equals(hashed.value());
    return same ? new VersionedValue(write.getValue(), ByteString.EMPTY, hashed.version()) : null;
  }
}
