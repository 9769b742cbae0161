package io.denim.peer;

import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.LifecycleException;
import io.denim.validate.ChaincodeDefinition;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfig;

/// Answers validation's question for chaincodes' definitions from the lifecycle.
record DefinedPolicies(ChaincodeDefinitions definitions)
    implements io.denim.validate.ChaincodeDefinitions {
  @Override
  public Optional<ChaincodeDefinition> definition(String chaincode, QueryExecutor state)
      throws SimulationException {
    try {
      return definitions.definition(chaincode, state).map(DefinedPolicies::forValidation);
    } catch (LifecycleException e) {
      throw new SimulationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ChaincodeDefinition forValidation(
      io.denim.lifecycle.ChaincodeDefinition definition) {
    return new ChaincodeDefinition(
        definition.validationPlugin(),
        definition.endorsementPolicy(),
        List.copyOf(
            definition.collections().getConfigList().stream()
                .map(CollectionConfig::getStaticCollectionConfig)
                .toList()));
  }
}
