package io.denim.deliver;

import io.denim.policy.SignedData;
import java.util.Map;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// The clear private data of a block that a reader may see.
@FunctionalInterface
public interface PrivateBlockData {
  /// By the transaction's index in its block, only collections whose members the reader is one of.
  ///
  /// @throws DeliverException if the data cannot be read
  Map<Long, TxPvtReadWriteSet> readable(DeliverChannel channel, long blockNumber, SignedData reader)
      throws DeliverException;
}
