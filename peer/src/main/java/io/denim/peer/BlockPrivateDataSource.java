package io.denim.peer;

import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.BlockPrivateData.MissingPrivateData;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CollectionName;
import io.denim.ledger.TransientStore;
import io.denim.ledger.TxRwSet;
import io.denim.validate.ValidatedBlock;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;

/// Finds the clear private writes of a block's transactions among those that this peer endorsed or
/// was sent (fabric v3.1.5 gossip/privdata/coordinator.go). What does not match its hash in the
/// block counts as missing. Used by one thread.
final class BlockPrivateDataSource {
  private final TransientStore staged;
  private final Eligibility eligibility;

  /// Tells which collections this peer's organization is a member of.
  @FunctionalInterface
  interface Eligibility {
    boolean isMember(CollectionName collection);
  }

  BlockPrivateDataSource(TransientStore staged, Eligibility eligibility) {
    this.staged = staged;
    this.eligibility = eligibility;
  }

  BlockPrivateData of(List<ValidatedBlock.Validated> transactions) {
    Map<Integer, TxPvtReadWriteSet> present = new HashMap<>();
    List<MissingPrivateData> missing = new ArrayList<>();
    for (int i = 0; i < transactions.size(); i++) {
      ValidatedBlock.Validated transaction = transactions.get(i);
      if (transaction.checked() instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)) {
        Optional<TxPvtReadWriteSet> found = find(i, transaction.txId(), rwSet, missing);
        if (found.isPresent()) {
          present.put(i, found.get());
        }
      }
    }
    return present.isEmpty() && missing.isEmpty()
        ? BlockPrivateData.NONE
        : new BlockPrivateData(present, missing);
  }

  private Optional<TxPvtReadWriteSet> find(
      int txNumber, String txId, TxRwSet rwSet, List<MissingPrivateData> missing) {
    Map<String, NsPvtReadWriteSet.Builder> namespaces = new LinkedHashMap<>();
    List<TransientStore.Staged> candidates = List.of();
    boolean looked = false;
    for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
      for (TxRwSet.CollHashedRwSet collection : namespace.collections()) {
        if (collection.pvtRwSetHash().isEmpty()) {
          continue;
        }
        if (!looked) {
          candidates = staged.byTxId(txId);
          looked = true;
        }
        CollectionName name = new CollectionName(namespace.namespace(), collection.collection());
        Optional<CollectionPvtReadWriteSet> match = match(candidates, name, collection);
        if (match.isPresent()) {
          namespaces
              .computeIfAbsent(
                  namespace.namespace(), each -> NsPvtReadWriteSet.newBuilder().setNamespace(each))
              .addCollectionPvtRwset(match.get());
        } else {
          missing.add(new MissingPrivateData(txNumber, name, eligibility.isMember(name)));
        }
      }
    }
    return namespaces.isEmpty() ? Optional.empty() : Optional.of(build(namespaces));
  }

  private static Optional<CollectionPvtReadWriteSet> match(
      List<TransientStore.Staged> candidates,
      CollectionName name,
      TxRwSet.CollHashedRwSet expected) {
    for (TransientStore.Staged candidate : candidates) {
      for (NsPvtReadWriteSet namespace : candidate.results().getPvtRwset().getNsPvtRwsetList()) {
        if (!namespace.getNamespace().equals(name.namespace())) {
          continue;
        }
        for (CollectionPvtReadWriteSet collection : namespace.getCollectionPvtRwsetList()) {
          if (collection.getCollectionName().equals(name.collection())
              && Sha256.of(collection.getRwset()).equals(expected.pvtRwSetHash())) {
            return Optional.of(collection);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static TxPvtReadWriteSet build(Map<String, NsPvtReadWriteSet.Builder> namespaces) {
    TxPvtReadWriteSet.Builder built =
        TxPvtReadWriteSet.newBuilder().setDataModel(TxReadWriteSet.DataModel.KV);
    namespaces.values().forEach(built::addNsPvtRwset);
    return built.build();
  }
}
