package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CommitBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// A block with a verdict on each transaction, but for conflicts among their reads, which the
/// ledger finds.
///
/// @param transactions one for each envelope
/// @param newConfig the configuration that holds from the next block on, if the block changes it;
///   whether this node supports its capabilities is for the caller to ask
/// @param txIds under which the ledger keeps the envelopes, also those that are refused
public record ValidatedBlock(
    Block block,
    List<Validated> transactions,
    Optional<ChannelConfig> newConfig,
    List<String> txIds) {
  public ValidatedBlock {
    transactions = List.copyOf(transactions);
    txIds = List.copyOf(txIds);
  }

  /// The block as the ledger takes it.
  public CommitBlock toCommit(BlockPrivateData privateData) {
    List<CheckedTransaction> checked = new ArrayList<>(transactions.size());
    List<String> chaincodes = new ArrayList<>(transactions.size());
    for (Validated transaction : transactions) {
      checked.add(transaction.checked());
      chaincodes.add(transaction.chaincode());
    }
    return new CommitBlock(block, checked, privateData, chaincodes, txIds);
  }

  /// A transaction with its verdict.
  ///
  /// @param txId empty where the transaction was refused before its id was found to be right
  /// @param chaincode the one that was invoked, with its version (`name:version`); empty for what
  ///   is refused and for configurations
  /// @param endorsers serialized identities, from whom private data may be had; none for what is
  ///   refused
  public record Validated(
      String txId, CheckedTransaction checked, String chaincode, List<ByteString> endorsers) {
    public Validated {
      endorsers = List.copyOf(endorsers);
    }
  }
}
