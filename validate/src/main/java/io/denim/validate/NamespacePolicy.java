package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.policy.Policy;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// The policies of a chaincode and its collections, each checked once at the most for a transaction
/// (fabric v3.1.5 core/common/validation/statebased/v20.go). Used by one thread.
final class NamespacePolicy {
  private static final String CHAINCODE = "";

  private final String name;
  private final ChaincodeDefinition definition;
  private final ApplicationPolicies policies;
  private final SignatureSet signatures;
  private final Set<String> checked = new HashSet<>();
  private boolean someChecked;

  NamespacePolicy(
      String name,
      ChaincodeDefinition definition,
      ApplicationPolicies policies,
      SignatureSet signatures) {
    this.name = name;
    this.definition = definition;
    this.policies = policies;
    this.signatures = signatures;
  }

  String name() {
    return name;
  }

  /// Whether the endorsements satisfy a key's own policy.
  boolean holdsForKey(Policy keyPolicy) {
    someChecked |= signatures.satisfies(keyPolicy);
    return signatures.satisfies(keyPolicy);
  }

  /// Whether a collection's policy holds, or the chaincode's where the collection has none.
  ///
  /// @param collection empty for public keys
  boolean holds(String collection) {
    if (collection.isEmpty()) {
      return holdsForChaincode();
    }
    if (checked.contains(collection)) {
      return true;
    }
    if (collection.startsWith(ApplicationPolicies.IMPLICIT_COLLECTION)) {
      return holds(collection, policies.ofImplicitCollection(collection));
    }
    Optional<StaticCollectionConfig> config = collection(collection);
    if (config.isEmpty()) {
      return false; // no such collection
    }
    ByteString own =
        config.get().hasEndorsementPolicy()
            ? config.get().getEndorsementPolicy().toByteString()
            : definition.validationParameter();
    return own.isEmpty() ? holdsForChaincode() : holds(collection, policies.ofApplication(own));
  }

  private Optional<StaticCollectionConfig> collection(String collection) {
    for (StaticCollectionConfig config : definition.collections()) {
      if (config.getName().equals(collection)) {
        return Optional.of(config);
      }
    }
    return Optional.empty();
  }

  private boolean holdsForChaincode() {
    return checked.contains(CHAINCODE)
        || holds(
            CHAINCODE,
            name.equals(EndorsementCheck.LIFECYCLE)
                ? policies.ofLifecycle()
                : policies.ofApplication(definition.validationParameter()));
  }

  private boolean holds(String part, Optional<Policy> policy) {
    boolean holds = policy.isPresent() && signatures.satisfies(policy.get());
    if (holds) {
      checked.add(part);
      someChecked = true;
    }
    return holds;
  }

  /// Whether at least one policy was checked; if not, the chaincode's must hold.
  boolean holdsAtAll() {
    return someChecked || holdsForChaincode();
  }
}
