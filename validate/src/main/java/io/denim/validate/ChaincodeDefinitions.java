package io.denim.validate;

import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import java.util.Optional;

/// The definitions of chaincodes, which the lifecycle keeps in the world state.
public interface ChaincodeDefinitions {
  /// A chaincode's definition; not asked for `_lifecycle` itself.
  ///
  /// @param state the committed state, the only one to read
  /// @return empty if the chaincode is not defined on the channel
  /// @throws SimulationException if the definition cannot be read
  Optional<ChaincodeDefinition> definition(String chaincode, QueryExecutor state)
      throws SimulationException;
}
