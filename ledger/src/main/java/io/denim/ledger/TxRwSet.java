package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.List;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionHashedReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;

/// A transaction's read-write set, parsed through all its layers once: the validator parses it, the
/// ledger goes on with it (fabric v3.1.5 core/ledger/kvledger/txmgmt/rwsetutil).
public record TxRwSet(List<NsRwSet> namespaces) {
  private static final WireParser<TxReadWriteSet> TRANSACTION =
      WireParser.of(TxReadWriteSet.getDefaultInstance());
  private static final WireParser<KVRWSet> NAMESPACE = WireParser.of(KVRWSet.getDefaultInstance());
  private static final WireParser<HashedRWSet> COLLECTION =
      WireParser.of(HashedRWSet.getDefaultInstance());

  public TxRwSet {
    namespaces = List.copyOf(namespaces);
  }

  /// @param bytes a serialized `TxReadWriteSet`
  /// @throws InvalidProtocolBufferException if any layer does not parse
  public static TxRwSet parse(ByteString bytes) throws InvalidProtocolBufferException {
    TxReadWriteSet set = TRANSACTION.parse(bytes);
    List<NsRwSet> namespaces = new ArrayList<>(set.getNsRwsetCount());
    for (NsReadWriteSet namespace : set.getNsRwsetList()) {
      List<CollHashedRwSet> collections =
          new ArrayList<>(namespace.getCollectionHashedRwsetCount());
      for (CollectionHashedReadWriteSet hashed : namespace.getCollectionHashedRwsetList()) {
        collections.add(
            new CollHashedRwSet(
                hashed.getCollectionName(),
                COLLECTION.parse(hashed.getHashedRwset()),
                hashed.getPvtRwsetHash()));
      }
      namespaces.add(
          new NsRwSet(
              namespace.getNamespace(), NAMESPACE.parse(namespace.getRwset()), collections));
    }
    return new TxRwSet(namespaces);
  }

  /// What a transaction reads and writes in one namespace.
  public record NsRwSet(String namespace, KVRWSet kvRwSet, List<CollHashedRwSet> collections) {
    public NsRwSet {
      collections = List.copyOf(collections);
    }
  }

  /// What a transaction reads and writes in one private-data collection, in hashes.
  ///
  /// @param pvtRwSetHash hash of the serialized clear write set; empty where nothing is written
  public record CollHashedRwSet(
      String collection, HashedRWSet hashedRwSet, ByteString pvtRwSetHash) {}
}
