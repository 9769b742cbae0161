package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.ledger.CollectionName;
import java.util.List;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;

/// A private write set that a block's transaction has the hash of and this peer should have, but
/// has not.
///
/// @param txNumber the transaction's number in its block
/// @param hash of the write set
/// @param endorsers of the transaction, as serialized identities
record LackingPrivateData(
    int txNumber,
    String txId,
    CollectionName collection,
    ByteString hash,
    List<ByteString> endorsers) {
  LackingPrivateData {
    endorsers = List.copyOf(endorsers);
  }

  /// By which other peers know it.
  PvtDataDigest digest(long block) {
    return PvtDataDigest.newBuilder()
        .setTxId(txId)
        .setBlockSeq(block)
        .setSeqInBlock(txNumber)
        .setNamespace(collection.namespace())
        .setCollection(collection.collection())
        .build();
  }

  @Override
  public String toString() {
    return "transaction "
        + txId
        + ", chaincode "
        + collection.namespace()
        + ", collection "
        + collection.collection();
  }
}
