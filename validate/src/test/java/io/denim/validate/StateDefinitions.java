package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.CollectionSource;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.StateData;

/// Definitions as the golden chains' `_lifecycle` state holds them.
final class StateDefinitions implements ChaincodeDefinitions, CollectionSource {
  @Override
  public Optional<ChaincodeDefinition> definition(String chaincode, QueryExecutor state)
      throws SimulationException {
    if (state.state("_lifecycle", "namespaces/metadata/" + chaincode).isEmpty()) {
      return Optional.empty();
    }
    try {
      ChaincodeValidationInfo info =
          ChaincodeValidationInfo.parseFrom(field(state, chaincode, "ValidationInfo"));
      return Optional.of(
          new ChaincodeDefinition(
              info.getValidationPlugin(),
              info.getValidationParameter(),
              explicit(state, chaincode)));
    } catch (InvalidProtocolBufferException e) {
      throw new SimulationException("a definition cannot be read", e);
    }
  }

  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String channelId, String namespace, QueryExecutor state) throws SimulationException {
    if (!namespace.equals("_lifecycle")
        && state.state("_lifecycle", "namespaces/metadata/" + namespace).isEmpty()) {
      return Optional.empty();
    }
    try {
      List<StaticCollectionConfig> all = new ArrayList<>(explicit(state, namespace));
      for (int org = 1; org <= 4; org++) {
        all.add(
            StaticCollectionConfig.newBuilder().setName("_implicit_org_Org" + org + "MSP").build());
      }
      return Optional.of(all);
    } catch (InvalidProtocolBufferException e) {
      throw new SimulationException("collections cannot be read", e);
    }
  }

  private static List<StaticCollectionConfig> explicit(QueryExecutor state, String chaincode)
      throws SimulationException, InvalidProtocolBufferException {
    List<StaticCollectionConfig> collections = new ArrayList<>();
    ByteString bytes = field(state, chaincode, "Collections");
    for (CollectionConfig config : CollectionConfigPackage.parseFrom(bytes).getConfigList()) {
      collections.add(config.getStaticCollectionConfig());
    }
    return collections;
  }

  private static ByteString field(QueryExecutor state, String chaincode, String field)
      throws SimulationException, InvalidProtocolBufferException {
    Optional<ByteString> value =
        state.state("_lifecycle", "namespaces/fields/" + chaincode + "/" + field);
    return value.isPresent() ? StateData.parseFrom(value.get()).getBytes() : ByteString.EMPTY;
  }
}
