package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TxRwSet.CollHashedRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether transactions are endorsed as the chaincodes they write to ask for. Used by one thread,
/// for one block, transaction by transaction in order.
///
/// Namespaces are checked one by one, the invoked chaincode's first; the first failure is the
/// verdict (a Fabric peer takes them in random order, so that peers' verdicts may differ where two
/// namespaces fail in different ways). A definition that cannot be read counts as none, where a
/// Fabric peer's channel stops; so does a validation plugin other than `vscc` as one that refuses.
final class EndorsementCheck {
  static final String LIFECYCLE = "_lifecycle";

  private static final Logger LOG = LoggerFactory.getLogger(EndorsementCheck.class);
  private static final String BUILT_IN = "vscc";

  private final ApplicationPolicies policies;
  private final ChaincodeDefinitions definitions;
  private final QueryExecutor state;
  private final KeyDependencies dependencies = new KeyDependencies();
  private final Map<String, Optional<ChaincodeDefinition>> known = new HashMap<>();

  EndorsementCheck(
      ApplicationPolicies policies, ChaincodeDefinitions definitions, QueryExecutor state) {
    this.policies = policies;
    this.definitions = definitions;
    this.state = state;
  }

  TxValidationCode check(ParsedTransaction.Endorsed transaction) {
    Map<String, NsRwSet> written = new HashMap<>();
    for (NsRwSet namespace : transaction.rwSet().namespaces()) {
      if (isWritten(namespace)) {
        written.put(namespace.namespace(), namespace);
      }
    }
    Set<String> names = new LinkedHashSet<>();
    names.add(transaction.chaincode());
    for (NsRwSet namespace : transaction.rwSet().namespaces()) {
      if (written.containsKey(namespace.namespace())) {
        names.add(namespace.namespace());
      }
    }
    SignatureSet signatures = new SignatureSet(transaction.endorsers());
    TxValidationCode verdict = TxValidationCode.VALID;
    for (String name : names) {
      Optional<NsRwSet> namespace = Optional.ofNullable(written.get(name));
      TxValidationCode code = check(name, namespace, signatures);
      if (code == TxValidationCode.VALID) {
        namespace.ifPresent(dependencies::addLater);
      } else if (verdict == TxValidationCode.VALID) {
        verdict = code;
      }
    }
    dependencies.endTransaction();
    return verdict;
  }

  private static boolean isWritten(NsRwSet namespace) {
    if (namespace.kvRwSet().getWritesCount() > 0
        || namespace.kvRwSet().getMetadataWritesCount() > 0) {
      return true;
    }
    for (CollHashedRwSet collection : namespace.collections()) {
      if (collection.hashedRwSet().getHashedWritesCount() > 0
          || collection.hashedRwSet().getMetadataWritesCount() > 0) {
        return true;
      }
    }
    return false;
  }

  private TxValidationCode check(
      String name, Optional<NsRwSet> namespace, SignatureSet signatures) {
    Optional<ChaincodeDefinition> definition = known.computeIfAbsent(name, this::definition);
    if (definition.isEmpty()) {
      return TxValidationCode.INVALID_CHAINCODE;
    }
    if (!definition.get().validationPlugin().equals(BUILT_IN)) {
      LOG.warn(
          "chaincode [{}] asks for the validation plugin [{}], which this peer does not have",
          name,
          definition.get().validationPlugin());
      return TxValidationCode.ENDORSEMENT_POLICY_FAILURE;
    }
    NamespacePolicy policy = new NamespacePolicy(name, definition.get(), policies, signatures);
    return new KeyPolicies(policy, policies, state, dependencies).hold(namespace)
        ? TxValidationCode.VALID
        : TxValidationCode.ENDORSEMENT_POLICY_FAILURE;
  }

  private Optional<ChaincodeDefinition> definition(String name) {
    if (name.equals(LIFECYCLE)) {
      return Optional.of(new ChaincodeDefinition(BUILT_IN, ByteString.EMPTY, List.of()));
    }
    try {
      return definitions
          .definition(name, state)
          .filter(found ->
              !found.validationPlugin().isEmpty() && !found.validationParameter().isEmpty());
    } catch (SimulationException e) {
      LOG.warn("The definition of chaincode [{}] cannot be read: {}", name, e.getMessage());
      return Optional.empty();
    }
  }
}
