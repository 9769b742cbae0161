package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.util.Objects;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVReadHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.RangeQueryInfo;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.jspecify.annotations.Nullable;

/// Multi-version concurrency control: whether what a transaction read still holds when its turn in
/// the block comes (fabric v3.1.5 core/ledger/kvledger/txmgmt/validation/validator.go). Namespace
/// by namespace: reads, then ranges, then hashed reads. Used by the committing thread.
final class ReadConflicts {
  private final StateReader committed;
  private final BlockUpdates updates;

  /// @param committed the state before the block
  /// @param updates those of the block's earlier transactions
  ReadConflicts(StateReader committed, BlockUpdates updates) {
    this.committed = committed;
    this.updates = updates;
  }

  TxValidationCode check(TxRwSet rwSet) {
    for (NsRwSet namespace : rwSet.namespaces()) {
      if (!readsHold(namespace)) {
        return TxValidationCode.MVCC_READ_CONFLICT;
      }
      if (!rangesHold(namespace)) {
        return TxValidationCode.PHANTOM_READ_CONFLICT;
      }
      for (CollHashedRwSet collection : namespace.collections()) {
        if (!hashedReadsHold(namespace.namespace(), collection)) {
          return TxValidationCode.MVCC_READ_CONFLICT;
        }
      }
    }
    return TxValidationCode.VALID;
  }

  private boolean readsHold(NsRwSet namespace) {
    for (KVRead read : namespace.kvRwSet().getReadsList()) {
      ByteString key = read.getKeyBytes();
      if (updates.publicUpdates().contains(namespace.namespace(), key)
          || !isVersion(
              committed.version(namespace.namespace(), key),
              Height.of(read.hasVersion(), read.getVersion()))) {
        return false;
      }
    }
    return true;
  }

  private boolean rangesHold(NsRwSet namespace) {
    for (RangeQueryInfo query : namespace.kvRwSet().getRangeQueriesInfoList()) {
      if (!new RangeCheck(committed, updates.publicUpdates(), namespace.namespace(), query)
          .isUnchanged()) {
        return false;
      }
    }
    return true;
  }

  private boolean hashedReadsHold(String namespace, CollHashedRwSet collection) {
    CollectionName name = new CollectionName(namespace, collection.collection());
    String space = StateKey.hashedNamespace(namespace, collection.collection());
    for (KVReadHash read : collection.hashedRwSet().getHashedReadsList()) {
      if (updates.hashedUpdates().contains(name, read.getKeyHash())
          || !isVersion(
              committed.version(space, read.getKeyHash()),
              Height.of(read.hasVersion(), read.getVersion()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVersion(@Nullable Height committed, @Nullable Height read) {
    return Objects.equals(committed, read);
  }
}
