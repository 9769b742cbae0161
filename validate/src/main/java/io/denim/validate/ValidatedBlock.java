package io.denim.validate;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.CheckedTransaction;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// A block with a verdict on each transaction, save for conflicting reads, which the ledger finds.
///
/// @param transactions one for each envelope, in order
/// @param nextConfig the configuration that the block brings into force, if it brings one
public record ValidatedBlock(
    Block block, List<CheckedTransaction> transactions, Optional<ChannelConfig> nextConfig) {
  public ValidatedBlock {
    transactions = List.copyOf(transactions);
  }
}
