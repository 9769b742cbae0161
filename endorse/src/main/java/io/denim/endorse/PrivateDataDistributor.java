package io.denim.endorse;

import java.util.Optional;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Keeps a simulation's private writes until their transaction commits and brings them to the other
/// members of their collections.
@FunctionalInterface
public interface PrivateDataDistributor {
  /// @return why the data did not reach as many peers as its collections require, empty if it did
  Optional<String> distribute(
      String channelId, String txId, TxPvtReadWriteSetWithConfigInfo writes);
}
