package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.lifecycle.StateData;

/// Collections as the golden chains' `_lifecycle` state defines them.
final class StateCollections implements CollectionSource {
  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String channelId, String namespace, QueryExecutor state) throws SimulationException {
    List<StaticCollectionConfig> collections = new ArrayList<>();
    for (int org = 1; org <= 4; org++) {
      collections.add(
          StaticCollectionConfig.newBuilder().setName("_implicit_org_Org" + org + "MSP").build());
    }
    Optional<ByteString> explicit =
        state.state("_lifecycle", "namespaces/fields/" + namespace + "/Collections");
    try {
      if (explicit.isPresent()) {
        ByteString bytes = StateData.parseFrom(explicit.get()).getBytes();
        for (CollectionConfig config : CollectionConfigPackage.parseFrom(bytes).getConfigList()) {
          collections.add(config.getStaticCollectionConfig());
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SimulationException("collections cannot be read", e);
    }
    return Optional.of(collections);
  }
}
