package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.CollectionSource;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;

/// Reads definitions of chaincodes from a channel's state, for simulation, validation, discovery
/// and the ledger (fabric v3.1.5 core/chaincode/lifecycle/deployedcc_infoprovider.go). What is read
/// is read through the given executor only. Safe for use by any thread.
public final class ChaincodeDefinitions implements CollectionSource {
  private final LifecycleChannels channels;
  private final ImplicitCollections implicit;

  public ChaincodeDefinitions(LifecycleChannels channels, ImplicitCollections implicit) {
    this.channels = channels;
    this.implicit = implicit;
  }

  /// A chaincode's committed definition.
  ///
  /// @throws LifecycleException if it cannot be read
  public Optional<ChaincodeDefinition> definition(String chaincode, QueryExecutor state)
      throws LifecycleException {
    return Definitions.committed(chaincode, LifecycleState.of(state));
  }

  /// Writes a definition as its commit does, for a channel that is made without approvals.
  ///
  /// @throws LifecycleException if the state cannot be read or written
  public static void write(
      String chaincode, ChaincodeDefinition definition, TransactionSimulator simulator)
      throws LifecycleException {
    StructureStore.write(
        Structure.NAMESPACES, chaincode, definition.whole(), LifecycleState.of(simulator));
  }

  /// The names of all chaincodes that are defined, sorted.
  ///
  /// @throws LifecycleException if they cannot be read
  public List<String> names(QueryExecutor state) throws LifecycleException {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, StateMetadata> entry :
        StructureStore.allMetadata(Structure.NAMESPACES, LifecycleState.of(state)).entrySet()) {
      if (entry.getValue().getDatatype().equals(Structure.DEFINITION)) {
        names.add(entry.getKey());
      }
    }
    return names;
  }

  /// A serialized `ApplicationPolicy` for writes to a chaincode's namespace; `_lifecycle` itself
  /// included. Empty if the chaincode is not defined.
  ///
  /// @throws LifecycleException if the definition cannot be read
  public Optional<ByteString> endorsementPolicy(
      ChannelConfig config, String chaincode, QueryExecutor state) throws LifecycleException {
    if (chaincode.equals(LifecycleState.NAMESPACE)) {
      return Optional.of(LifecyclePolicies.lifecycleEndorsement(config));
    }
    return definition(chaincode, state).map(ChaincodeDefinition::endorsementPolicy);
  }

  /// A serialized `ApplicationPolicy` for writes to a collection: its own, or its chaincode's.
  ///
  /// @return empty if the chaincode is not defined
  /// @throws LifecycleException if it has no such collection, or cannot be read
  public Optional<ByteString> collectionPolicy(
      ChannelConfig config, String chaincode, String collection, QueryExecutor state)
      throws LifecycleException {
    Optional<ChaincodeDefinition> definition = definitionOrOwn(chaincode, state);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> mspId = ImplicitCollections.mspIdOf(collection);
    if (mspId.isPresent()) {
      Optional<ByteString> policy =
          LifecyclePolicies.implicitCollectionEndorsement(config, mspId.get());
      if (policy.isEmpty()) {
        throw new LifecycleException("no org found in channel with MSPID '" + mspId.get() + "'");
      }
      return policy;
    }
    StaticCollectionConfig found =
        explicit(definition.get(), collection)
            .orElseThrow(() -> new LifecycleException("no such collection '" + collection + "'"));
    return Optional.of(
        found.hasEndorsementPolicy()
            ? found.getEndorsementPolicy().toByteString()
            : definition.get().endorsementPolicy());
  }

  /// A collection, explicit or implicit; empty if there is none of that name.
  ///
  /// @throws LifecycleException if the definition cannot be read
  public Optional<StaticCollectionConfig> collection(
      String chaincode, String collection, QueryExecutor state) throws LifecycleException {
    Optional<ChaincodeDefinition> definition = definitionOrOwn(chaincode, state);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> mspId = ImplicitCollections.mspIdOf(collection);
    return mspId.isPresent()
        ? Optional.of(implicit.of(mspId.get()))
        : explicit(definition.get(), collection);
  }

  /// All collections of a chaincode as a package, explicit ones first; empty if it is not defined.
  ///
  /// @throws LifecycleException if the definition cannot be read
  public Optional<CollectionConfigPackage> allCollections(
      String channelId, String chaincode, QueryExecutor state) throws LifecycleException {
    Optional<ChaincodeDefinition> definition = definitionOrOwn(chaincode, state);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    CollectionConfigPackage.Builder all = definition.get().collections().toBuilder();
    Optional<ChannelConfig> config = channels.config(channelId);
    if (config.isPresent()) {
      for (StaticCollectionConfig each : implicit.ofAll(config.get())) {
        all.addConfig(CollectionConfig.newBuilder().setStaticCollectionConfig(each));
      }
    }
    return Optional.of(all.build());
  }

  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String channelId, String namespace, QueryExecutor state) throws SimulationException {
    try {
      Optional<CollectionConfigPackage> all = allCollections(channelId, namespace, state);
      if (all.isEmpty()) {
        return Optional.empty();
      }
      List<StaticCollectionConfig> configs = new ArrayList<>();
      for (CollectionConfig config : all.get().getConfigList()) {
        if (config.hasStaticCollectionConfig()) {
          configs.add(config.getStaticCollectionConfig());
        }
      }
      return Optional.of(configs);
    } catch (LifecycleException e) {
      throw new SimulationException("could not get info about chaincode: " + e.text(), e);
    }
  }

  /// The lifecycle chaincode counts as defined, with implicit collections only.
  private Optional<ChaincodeDefinition> definitionOrOwn(String chaincode, QueryExecutor state)
      throws LifecycleException {
    return chaincode.equals(LifecycleState.NAMESPACE)
        ? Optional.of(LifecycleCache.OWN_DEFINITION)
        : definition(chaincode, state);
  }

  private static Optional<StaticCollectionConfig> explicit(
      ChaincodeDefinition definition, String collection) {
    for (CollectionConfig config : definition.collections().getConfigList()) {
      if (config.hasStaticCollectionConfig()
          && config.getStaticCollectionConfig().getName().equals(collection)) {
        return Optional.of(config.getStaticCollectionConfig());
      }
    }
    return Optional.empty();
  }
}
