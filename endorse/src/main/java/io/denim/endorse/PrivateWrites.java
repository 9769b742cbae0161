package io.denim.endorse;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsPvtReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Private writes with the definitions of the collections that they are in, as they are kept and
/// handed on before the transaction commits (fabric v3.1.5 core/endorser/pvtrwset_assembler.go).
final class PrivateWrites {
  private PrivateWrites() {}

  /// @param height of the ledger when the transaction was endorsed
  /// @throws IllegalArgumentException if a chaincode has no collections
  static TxPvtReadWriteSetWithConfigInfo of(
      TxPvtReadWriteSet writes, EndorsementChannel channel, long height) {
    TxPvtReadWriteSetWithConfigInfo.Builder info =
        TxPvtReadWriteSetWithConfigInfo.newBuilder().setEndorsedAt(height).setPvtRwset(writes);
    for (NsPvtReadWriteSet namespace : writes.getNsPvtRwsetList()) {
      String chaincode = namespace.getNamespace();
      Optional<CollectionConfigPackage> all = channel.collections(chaincode);
      if (all.isEmpty()) {
        throw new IllegalArgumentException(
            "no collection config for chaincode \"" + chaincode + "\"");
      }
      info.putCollectionConfigs(chaincode, onlyUsed(all.get(), namespace));
    }
    return info.build();
  }

  private static CollectionConfigPackage onlyUsed(
      CollectionConfigPackage all, NsPvtReadWriteSet writes) {
    Set<String> used = new HashSet<>();
    for (CollectionPvtReadWriteSet collection : writes.getCollectionPvtRwsetList()) {
      used.add(collection.getCollectionName());
    }
    CollectionConfigPackage.Builder kept = CollectionConfigPackage.newBuilder();
    for (CollectionConfig config : all.getConfigList()) {
      if (used.contains(config.getStaticCollectionConfig().getName())) {
        kept.addConfig(config);
      }
    }
    return kept.build();
  }
}
