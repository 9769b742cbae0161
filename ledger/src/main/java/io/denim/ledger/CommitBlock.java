package io.denim.ledger;

import java.util.List;
import org.hyperledger.fabric.protos.common.Block;

/// A block whose signatures and policies are checked, ready to be committed.
///
/// @param block as ordered; its transactions filter and commit hash are filled by the ledger
/// @param transactions one for each envelope, in order
/// @param chaincodes for metrics, the chaincode that each transaction invoked, with its version
///   (`name:version`); empty texts, or fewer than transactions, where it is not known
/// @param txIds what {@link EnvelopeTxId} says of each envelope; empty where it has not been asked
public record CommitBlock(
    Block block,
    List<CheckedTransaction> transactions,
    BlockPrivateData privateData,
    List<String> chaincodes,
    List<String> txIds) {
  public CommitBlock(
      Block block, List<CheckedTransaction> transactions, BlockPrivateData privateData) {
    this(block, transactions, privateData, List.of(), List.of());
  }

  public CommitBlock {
    transactions = List.copyOf(transactions);
    chaincodes = List.copyOf(chaincodes);
    txIds = List.copyOf(txIds);
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
