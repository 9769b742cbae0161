package io.denim.gateway;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.BlockIterator;
import io.denim.ledger.TransactionStatus;
import java.time.Duration;
import java.util.Optional;

/// A channel of this peer, as far as gateway and discovery need it. Safe for use by any thread.
public interface GatewayChannel {
  /// The configuration in force.
  ChannelConfig config();

  /// How many blocks the ledger has.
  long height();

  /// Waits until the blocks that have come by now are committed, but no longer than this.
  void awaitReceived(Duration patience) throws InterruptedException;

  /// The verdict on the first transaction that bears the id, if it is committed.
  Optional<TransactionStatus> transactionStatus(String txId);

  /// Blocks from this number on, also those that are yet to come; to be closed.
  BlockIterator blocks(long from);

  /// A chaincode's definition as committed; none for system chaincodes.
  Optional<DefinedChaincode> chaincode(String name);
}
