package io.denim.endorse;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.TransactionSimulator;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;

/// A channel of this peer, as far as endorsing needs it. Safe for use by any thread.
public interface EndorsementChannel {
  /// The configuration in force.
  ChannelConfig config();

  /// Whether a transaction with this id was committed, valid or not.
  boolean hasTransaction(String txId);

  /// A simulation at the present height; to be closed.
  TransactionSimulator simulator(String txId);

  /// How many blocks the ledger has.
  long height();

  /// How many blocks the ledger had before it was reset or rolled back, until it has them again.
  Optional<Long> heightBeforeReset();

  /// A chaincode's collections as committed, implicit ones included.
  Optional<CollectionConfigPackage> collections(String chaincode);
}
