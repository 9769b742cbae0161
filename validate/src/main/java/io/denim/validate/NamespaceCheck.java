package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet;
import io.denim.policy.Policy;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVMetadataWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;

/// Whether a transaction's endorsements suffice for what it writes in one namespace: each key's own
/// policy where it has one, otherwise the collection's or the chaincode's, and at least one of them
/// (fabric v3.1.5 core/common/validation/statebased/validator_keylevel.go, v20.go). Used once, by
/// one thread.
///
/// A key-level policy that cannot be evaluated stops a Fabric peer; here nothing satisfies it.
final class NamespaceCheck {
  private final String namespace;
  private final ByteString chaincodePolicy;
  private final List<SignedData> endorsements;
  private final Ledger ledger;
  private final Set<String> checkedCollections = new HashSet<>();
  private boolean chaincodeChecked;
  private boolean anyChecked;

  /// What the check looks things up in.
  record Ledger(CommittedState state, EndorsementPolicies policies, KeyPolicyChanges changes) {}

  /// @param chaincodePolicy the namespace's serialized `ApplicationPolicy`
  NamespaceCheck(
      String namespace, ByteString chaincodePolicy, List<SignedData> endorsements, Ledger ledger) {
    this.namespace = namespace;
    this.chaincodePolicy = chaincodePolicy;
    this.endorsements = endorsements;
    this.ledger = ledger;
  }

  /// @param writes absent where the transaction does nothing in the namespace
  boolean passes(Optional<TxRwSet.NsRwSet> writes) {
    boolean keysPass =
        writes.isEmpty() || (publicWritesPass(writes.get()) && privateWritesPass(writes.get()));
    return keysPass && (anyChecked || satisfiesChaincode());
  }

  private boolean publicWritesPass(TxRwSet.NsRwSet writes) {
    for (KVWrite write : writes.kvRwSet().getWritesList()) {
      if (!keyPasses(write.getKey())) {
        return false;
      }
    }
    for (KVMetadataWrite write : writes.kvRwSet().getMetadataWritesList()) {
      if (!keyPasses(write.getKey())) {
        return false;
      }
    }
    return true;
  }

  private boolean privateWritesPass(TxRwSet.NsRwSet writes) {
    for (TxRwSet.CollHashedRwSet collection : writes.collections()) {
      for (KVWriteHash write : collection.hashedRwSet().getHashedWritesList()) {
        if (!privateKeyPasses(collection.collection(), write.getKeyHash())) {
          return false;
        }
      }
    }
    for (TxRwSet.CollHashedRwSet collection : writes.collections()) {
      for (KVMetadataWriteHash write : collection.hashedRwSet().getMetadataWritesList()) {
        if (!privateKeyPasses(collection.collection(), write.getKeyHash())) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean keyPasses(String key) {
    if (ledger.changes().contains(namespace, key)) {
      return false;
    }
    Optional<ByteString> own = ledger.state().keyPolicy(namespace, key);
    return isSet(own) ? satisfiesKey(own.get()) : satisfiesChaincode();
  }

  private boolean privateKeyPasses(String collection, ByteString keyHash) {
    if (ledger.changes().contains(namespace, collection, keyHash)) {
      return false;
    }
    Optional<ByteString> own = ledger.state().privateKeyPolicy(namespace, collection, keyHash);
    return isSet(own) ? satisfiesKey(own.get()) : satisfiesCollection(collection);
  }

  private static boolean isSet(Optional<ByteString> parameter) {
    return parameter.isPresent() && !parameter.get().isEmpty();
  }

  private boolean satisfiesKey(ByteString parameter) {
    boolean satisfied = satisfies(ledger.policies().key(parameter));
    anyChecked |= satisfied;
    return satisfied;
  }

  private boolean satisfiesCollection(String collection) {
    if (checkedCollections.contains(collection)) {
      return true;
    }
    return switch (ledger.state().collectionPolicy(namespace, collection)) {
      case CommittedState.CollectionPolicy.OfChaincode _ -> satisfiesChaincode();
      case CommittedState.CollectionPolicy.Undefined _ -> false;
      case CommittedState.CollectionPolicy.Own(ByteString parameter) -> {
        boolean satisfied = satisfies(ledger.policies().application(parameter));
        if (satisfied) {
          checkedCollections.add(collection);
          anyChecked = true;
        }
        yield satisfied;
      }
    };
  }

  private boolean satisfiesChaincode() {
    if (!chaincodeChecked) {
      if (!satisfies(ledger.policies().application(chaincodePolicy))) {
        return false;
      }
      chaincodeChecked = true;
      anyChecked = true;
    }
    return true;
  }

  private boolean satisfies(Optional<Policy> policy) {
    return policy.isPresent()
        && policy.get().evaluate(endorsements) instanceof PolicyOutcome.Satisfied;
  }
}
