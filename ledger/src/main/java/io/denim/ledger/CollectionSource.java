package io.denim.ledger;

import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// What the ledger asks about chaincodes' private-data collections. Implementations read the state
/// through the executor they are given and through no other, so that a simulation records these
/// reads as a Fabric peer does.
public interface CollectionSource {
  /// All collections of a chaincode, explicit and implicit ones.
  ///
  /// @return empty if the chaincode is not defined on the channel
  /// @throws SimulationException if the definition cannot be read
  Optional<List<StaticCollectionConfig>> collections(
      String channelId, String namespace, QueryExecutor state) throws SimulationException;
}
