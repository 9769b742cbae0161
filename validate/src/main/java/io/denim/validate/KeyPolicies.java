package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.policy.Policy;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;

/// Key by key, whether what a transaction writes in one namespace is endorsed as the key's own
/// policy asks for, or its collection's or chaincode's where it has none (fabric v3.1.5
/// core/common/validation/statebased/validator_keylevel.go). Used by one thread.
final class KeyPolicies {
  private static final String VALIDATION_PARAMETER = "VALIDATION_PARAMETER";

  private final NamespacePolicy namespacePolicy;
  private final ApplicationPolicies policies;
  private final QueryExecutor state;
  private final KeyDependencies dependencies;

  KeyPolicies(
      NamespacePolicy namespacePolicy,
      ApplicationPolicies policies,
      QueryExecutor state,
      KeyDependencies dependencies) {
    this.namespacePolicy = namespacePolicy;
    this.policies = policies;
    this.state = state;
    this.dependencies = dependencies;
  }

  /// @param namespace what is written; absent if nothing is
  boolean hold(Optional<NsRwSet> namespace) {
    if (namespace.isPresent() && !(publicHold(namespace.get()) && privateHold(namespace.get()))) {
      return false;
    }
    return namespacePolicy.holdsAtAll();
  }

  private boolean publicHold(NsRwSet namespace) {
    for (KVWrite write : namespace.kvRwSet().getWritesList()) {
      if (!holds("", write.getKeyBytes())) {
        return false;
      }
    }
    for (KVMetadataWrite write : namespace.kvRwSet().getMetadataWritesList()) {
      if (!holds("", write.getKeyBytes())) {
        return false;
      }
    }
    return true;
  }

  private boolean privateHold(NsRwSet namespace) {
    for (CollHashedRwSet collection : namespace.collections()) {
      for (KVWriteHash write : collection.hashedRwSet().getHashedWritesList()) {
        if (!holds(collection.collection(), write.getKeyHash())) {
          return false;
        }
      }
    }
    for (CollHashedRwSet collection : namespace.collections()) {
      for (KVMetadataWriteHash write : collection.hashedRwSet().getMetadataWritesList()) {
        if (!holds(collection.collection(), write.getKeyHash())) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean holds(String collection, ByteString key) {
    if (dependencies.isUpdated(namespacePolicy.name(), collection, key)) {
      return false;
    }
    ByteString parameter = parameter(collection, key);
    if (parameter.isEmpty()) {
      return namespacePolicy.holds(collection);
    }
    Optional<Policy> policy = policies.ofKey(parameter);
    return policy.isPresent() && namespacePolicy.holdsForKey(policy.get());
  }

  /// A key's policy; empty where it has none, also where its collection is not defined, which the
  /// collection's own check refuses.
  private ByteString parameter(String collection, ByteString key) {
    try {
      Map<String, ByteString> metadata =
          collection.isEmpty()
              ? state.stateMetadata(namespacePolicy.name(), key.toStringUtf8())
              : state.privateDataMetadataByHash(namespacePolicy.name(), collection, key);
      return metadata.getOrDefault(VALIDATION_PARAMETER, ByteString.EMPTY);
    } catch (SimulationException e) {
      return ByteString.EMPTY;
    }
  }
}
