package io.denim.endorse;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.CollectionName;
import io.denim.ledger.SimulationResults;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;

/// Which policies a simulated transaction falls under, told to the client so that it can ask the
/// right endorsers: chaincodes, collections and key-level policies that it touched (fabric v3.1.5
/// core/endorser/endorser.go buildChaincodeInterest).
final class ChaincodeInterests {
  private static final WireParser<TxReadWriteSet> READ_WRITE_SET =
      WireParser.of(TxReadWriteSet.getDefaultInstance());

  /// What one namespace is touched by.
  private static final class Namespace {
    final List<SignaturePolicyEnvelope> keyPolicies = new ArrayList<>();
    final Set<String> collections = new TreeSet<>();
    boolean needsOwnPolicy;
  }

  private final Map<String, Namespace> namespaces = new TreeMap<>();

  private ChaincodeInterests() {}

  /// @param isSystemChaincode whose namespaces no policy guards
  /// @throws InvalidProtocolBufferException if a key's policy does not parse
  static ChaincodeInterest of(SimulationResults results, Predicate<String> isSystemChaincode)
      throws InvalidProtocolBufferException {
    ChaincodeInterests interests = new ChaincodeInterests();
    for (SimulationResults.WrittenKeys keys : results.writtenKeys()) {
      interests.addWritten(keys);
    }
    TxReadWriteSet readWriteSet = READ_WRITE_SET.parse(results.publicReadWriteSet());
    for (NsReadWriteSet touched : readWriteSet.getNsRwsetList()) {
      interests.addTouched(touched.getNamespace());
    }
    for (CollectionName read : results.privateReads()) {
      interests.namespace(read.namespace()).collections.add(read.collection());
    }
    return interests.build(results.privateReads(), isSystemChaincode);
  }

  private void addWritten(SimulationResults.WrittenKeys keys)
      throws InvalidProtocolBufferException {
    Namespace namespace = namespace(keys.namespace());
    Optional<ByteString> parameter = keys.validationParameter();
    if (parameter.isPresent()) {
      namespace.keyPolicies.add(SignaturePolicyEnvelope.parseFrom(parameter.get()));
    } else if (keys.collection().isEmpty()) {
      namespace.needsOwnPolicy = true;
    } else {
      namespace.collections.add(keys.collection());
    }
  }

  /// A namespace that is only read falls under its chaincode's policy.
  private void addTouched(String name) {
    if (!namespaces.containsKey(name)) {
      namespace(name).needsOwnPolicy = true;
    }
  }

  private Namespace namespace(String name) {
    return namespaces.computeIfAbsent(name, unused -> new Namespace());
  }

  private ChaincodeInterest build(
      Set<CollectionName> privateReads, Predicate<String> isSystemChaincode) {
    ChaincodeInterest.Builder interest = ChaincodeInterest.newBuilder();
    namespaces.forEach((name, namespace) -> {
      if (isSystemChaincode.test(name)) {
        return;
      }
      if (namespace.needsOwnPolicy || !namespace.keyPolicies.isEmpty()) {
        interest.addChaincodes(
            ChaincodeCall.newBuilder()
                .setName(name)
                .addAllKeyPolicies(namespace.keyPolicies)
                .setDisregardNamespacePolicy(!namespace.needsOwnPolicy));
      }
      for (String collection : namespace.collections) {
        interest.addChaincodes(
            ChaincodeCall.newBuilder()
                .setName(name)
                .addCollectionNames(collection)
                .setNoPrivateReads(!privateReads.contains(new CollectionName(name, collection))));
      }
    });
    return interest.build();
  }
}
