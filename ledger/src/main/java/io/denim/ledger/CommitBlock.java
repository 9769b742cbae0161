package io.denim.ledger;

import java.util.List;
import org.hyperledger.fabric.protos.common.Block;

/// A block whose signatures and policies are checked, ready to be committed.
///
/// @param block as ordered; its transactions filter and commit hash are filled by the ledger
/// @param transactions one for each envelope, in order
public record CommitBlock(
    Block block, List<CheckedTransaction> transactions, BlockPrivateData privateData) {
  public CommitBlock {
    transactions = List.copyOf(transactions);
    if (transactions.size() != block.getData().getDataCount()) {
      throw new IllegalArgumentException(
          "block %s has %d envelopes but %d checked transactions"
              .formatted(
                  Long.toUnsignedString(block.getHeader().getNumber()),
                  block.getData().getDataCount(),
                  transactions.size()));
    }
  }
}
