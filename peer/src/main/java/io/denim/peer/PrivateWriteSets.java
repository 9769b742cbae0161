package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.ledger.CollectionName;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;

/// One transaction's clear write sets by collection, gathered from several sources. Used by one
/// thread.
final class PrivateWriteSets {
  private final Map<CollectionName, ByteString> sets =
      new TreeMap<>(
          Comparator.comparing(CollectionName::namespace)
              .thenComparing(CollectionName::collection));

  void put(CollectionName name, ByteString set) {
    sets.put(name, set);
  }

  /// All of them, in the order of their collections' names.
  TxPvtReadWriteSet build() {
    TxPvtReadWriteSet.Builder built =
        TxPvtReadWriteSet.newBuilder().setDataModel(TxReadWriteSet.DataModel.KV);
    sets.forEach((name, set) -> {
      int last = built.getNsPvtRwsetCount() - 1;
      NsPvtReadWriteSet.Builder namespace =
          last >= 0 && built.getNsPvtRwset(last).getNamespace().equals(name.namespace())
              ? built.getNsPvtRwsetBuilder(last)
              : built.addNsPvtRwsetBuilder().setNamespace(name.namespace());
      namespace.addCollectionPvtRwset(
          CollectionPvtReadWriteSet.newBuilder()
              .setCollectionName(name.collection())
              .setRwset(set));
    });
    return built.build();
  }
}
