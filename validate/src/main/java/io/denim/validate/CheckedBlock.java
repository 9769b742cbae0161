package io.denim.validate;

import io.denim.channelconfig.ChannelConfig;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;

/// A block whose transactions are taken apart and whose signatures are checked under one
/// configuration; nothing in it depends on the state that earlier blocks leave. Immutable.
public final class CheckedBlock {
  private final Block block;
  private final ChannelConfig config;
  private final List<ParsedTransaction> transactions;
  private final List<String> txIds;

  CheckedBlock(
      Block block, ChannelConfig config, List<ParsedTransaction> transactions, List<String> txIds) {
    this.block = block;
    this.config = config;
    this.transactions = List.copyOf(transactions);
    this.txIds = List.copyOf(txIds);
  }

  public Block block() {
    return block;
  }

  ChannelConfig config() {
    return config;
  }

  List<ParsedTransaction> transactions() {
    return transactions;
  }

  /// Under which the ledger keeps the envelopes.
  List<String> txIds() {
    return txIds;
  }
}
