package io.denim.ledger;

import io.denim.ledger.BlockPrivateData.MissingPrivateData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// A block from this node's files, made ready to be worked through again.
final class StoredBlock {
  private StoredBlock() {}

  /// Clear private data that the store neither holds nor knows to be missing (its note was lost, or
  /// the block files came from elsewhere) is noted as missing.
  static CommitBlock read(Block block, PrivateStore store) {
    long number = block.getHeader().getNumber();
    List<TxValidationCode> codes = LedgerCommit.codes(block);
    List<CheckedTransaction> transactions = new ArrayList<>(codes.size());
    List<MissingPrivateData> missing = new ArrayList<>();
    for (int i = 0; i < codes.size(); i++) {
      transactions.add(read(block, i, codes.get(i)));
      if (transactions.get(i) instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)) {
        addMissing(missing, rwSet, number, i, store);
      }
    }
    Map<Integer, TxPvtReadWriteSet> present = new HashMap<>();
    for (TxPvtData data : store.read(number, name -> true)) {
      present.put((int) data.txNumber(), data.writeSet());
    }
    return new CommitBlock(block, transactions, new BlockPrivateData(present, missing));
  }

  private static CheckedTransaction read(Block block, int tx, TxValidationCode code) {
    if (code != TxValidationCode.VALID) {
      return new CheckedTransaction.Refused(code);
    }
    return StoredTransaction.parse(block.getData().getData(tx))
        .orElseThrow(() ->
            new LedgerException(
                "transaction [%d] of block [%s] is marked valid but cannot be read"
                    .formatted(tx, Long.toUnsignedString(block.getHeader().getNumber()))))
        .checked();
  }

  private static void addMissing(
      List<MissingPrivateData> missing, TxRwSet rwSet, long number, int tx, PrivateStore store) {
    for (CollectionName name : PrivateWrites.unmatched(rwSet, null)) {
      if (!store.holds(number, tx, name) && !store.isNotedAsMissing(number, tx, name)) {
        missing.add(new MissingPrivateData(tx, name, true));
      }
    }
  }
}
