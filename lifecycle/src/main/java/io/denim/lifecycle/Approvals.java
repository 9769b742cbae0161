package io.denim.lifecycle;

import com.google.protobuf.MessageLite;
import io.denim.ledger.TransactionSimulator;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgResult;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionsResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionsResult.ApprovedChaincodeDefinition;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this peer's organization approves, kept in its implicit collection (fabric v3.1.5
/// core/chaincode/lifecycle/lifecycle.go).
final class Approvals {
  private static final Logger LOG = LoggerFactory.getLogger("lifecycle");

  private final String ownMspId;
  private final DefinitionChecks checks;

  /// @param packageId empty where the organization cannot run it
  private record Approved(ChaincodeDefinition definition, String packageId) {
    ChaincodeSource source() {
      return packageId.isEmpty()
          ? ChaincodeSource.newBuilder()
              .setUnavailable(ChaincodeSource.Unavailable.getDefaultInstance())
              .build()
          : ChaincodeSource.newBuilder()
              .setLocalPackage(ChaincodeSource.Local.newBuilder().setPackageId(packageId))
              .build();
    }
  }

  Approvals(String ownMspId, DefinitionChecks checks) {
    this.ownMspId = ownMspId;
    this.checks = checks;
  }

  MessageLite approve(ApproveChaincodeDefinitionForMyOrgArgs arguments, Invocation invocation)
      throws LifecycleException {
    String name = arguments.getName();
    CollectionConfigPackage collections = arguments.getCollections();
    checks.check(name, arguments.getVersion(), collections, invocation);
    ChaincodeDefinition plain =
        ChaincodeDefinition.of(
            arguments.getSequence(),
            arguments.getVersion(),
            arguments.getEndorsementPlugin(),
            arguments.getInitRequired(),
            arguments.getValidationPlugin(),
            arguments.getValidationParameter(),
            collections);
    String packageId = arguments.getSource().getLocalPackage().getPackageId();
    TransactionSimulator simulator = invocation.simulator();
    LifecycleState publicState = LifecycleState.of(simulator);
    long current = currentSequence(name, publicState);
    checkSequence(plain.sequence(), current);
    ChaincodeDefinition definition = DefinitionDefaults.fill(plain, invocation.channel());
    LifecycleState.Writable own = LifecycleState.ofOrganization(simulator, ownMspId);
    checkChanges(name, current, definition, packageId, publicState, own);
    String privateName = Definitions.privateName(name, definition.sequence());
    StructureStore.write(Structure.NAMESPACES, privateName, definition.parameters(), own);
    StructureStore.write(Structure.SOURCES, privateName, Structure.localPackage(packageId), own);
    LOG.info(
        "Successfully endorsed chaincode approval with name '{}', package ID '{}', on channel '{}'"
            + " with definition {}",
        name,
        packageId,
        invocation.channelId(),
        definition);
    return ApproveChaincodeDefinitionForMyOrgResult.getDefaultInstance();
  }

  MessageLite queryOne(QueryApprovedChaincodeDefinitionArgs arguments, Invocation invocation)
      throws LifecycleException {
    String name = arguments.getName();
    TransactionSimulator simulator = invocation.simulator();
    LifecycleState own = LifecycleState.ofOrganization(simulator, ownMspId);
    long sequence = arguments.getSequence();
    if (sequence == 0) {
      sequence = currentSequence(name, LifecycleState.of(simulator));
      String next = Definitions.privateName(name, sequence + 1);
      if (StructureStore.metadata(Structure.NAMESPACES, next, own).isPresent()) {
        sequence++;
      }
    }
    Optional<Approved> approved = approved(name, sequence, own);
    if (approved.isEmpty()) {
      throw new LifecycleException(
          "could not fetch approved chaincode definition (name: '"
              + name
              + "', sequence: '"
              + sequence
              + "') on channel '"
              + invocation.channelId()
              + "'");
    }
    ChaincodeDefinition definition = approved.get().definition();
    return QueryApprovedChaincodeDefinitionResult.newBuilder()
        .setSequence(sequence)
        .setVersion(definition.version())
        .setEndorsementPlugin(definition.endorsementPlugin())
        .setValidationPlugin(definition.validationPlugin())
        .setValidationParameter(definition.endorsementPolicy())
        .setInitRequired(definition.initRequired())
        .setCollections(definition.collections())
        .setSource(approved.get().source())
        .build();
  }

  MessageLite queryAll(Invocation invocation) throws LifecycleException {
    LifecycleState own = LifecycleState.ofOrganization(invocation.simulator(), ownMspId);
    QueryApprovedChaincodeDefinitionsResult.Builder result =
        QueryApprovedChaincodeDefinitionsResult.newBuilder();
    for (Map.Entry<String, StateMetadata> entry :
        StructureStore.allMetadata(Structure.NAMESPACES, own).entrySet()) {
      int hash = entry.getKey().indexOf('#');
      String name = hash < 0 ? entry.getKey() : entry.getKey().substring(0, hash);
      long sequence = sequence(entry.getKey(), hash);
      Approved approved =
          approved(name, sequence, own)
              .orElseThrow(
                  () -> new LifecycleException("could not fetch approved chaincode definition"));
      ChaincodeDefinition definition = approved.definition();
      result.addApprovedChaincodeDefinitions(
          ApprovedChaincodeDefinition.newBuilder()
              .setName(name)
              .setSequence(sequence)
              .setVersion(definition.version())
              .setEndorsementPlugin(definition.endorsementPlugin())
              .setValidationPlugin(definition.validationPlugin())
              .setValidationParameter(definition.endorsementPolicy())
              .setInitRequired(definition.initRequired())
              .setCollections(definition.collections())
              .setSource(approved.source()));
    }
    return result.build();
  }

  static long currentSequence(String name, LifecycleState state) throws LifecycleException {
    try {
      return Definitions.sequence(name, state);
    } catch (LifecycleException e) {
      throw e.during("could not get current sequence");
    }
  }

  private static void checkSequence(long requested, long current) throws LifecycleException {
    if (current == requested && requested == 0) {
      throw new LifecycleException(
          "requested sequence is 0, but first definable sequence number is 1");
    }
    if (requested < current) {
      throw new LifecycleException(
          "currently defined sequence "
              + current
              + " is larger than requested sequence "
              + requested);
    }
    if (requested > current + 1) {
      throw new LifecycleException(
          "requested sequence "
              + requested
              + " is larger than the next available sequence number "
              + (current + 1));
    }
  }

  /// What is committed can only be approved as it is; what was approved already must change.
  private static void checkChanges(
      String name,
      long current,
      ChaincodeDefinition definition,
      String packageId,
      LifecycleState publicState,
      LifecycleState own)
      throws LifecycleException {
    boolean committed = definition.sequence() == current;
    if (committed) {
      ChaincodeDefinition present =
          Definitions.committed(name, publicState)
              .orElseThrow(() ->
                  new LifecycleException(
                      "missing metadata for currently committed sequence number ("
                          + current
                          + ")"));
      String difference = present.differenceFrom(definition);
      if (!difference.isEmpty()) {
        throw new LifecycleException(
            "attempted to redefine the current committed sequence ("
                + current
                + ") for namespace "
                + name
                + " with different parameters: "
                + difference);
      }
    }
    if (isRepetition(name, definition, packageId, own)) {
      throw new LifecycleException(
          committed
              ? "attempted to redefine the current committed sequence ("
                  + current
                  + ") for namespace "
                  + name
              : "attempted to redefine uncommitted sequence ("
                  + definition.sequence()
                  + ") for namespace "
                  + name
                  + " with unchanged content");
    }
  }

  private static boolean isRepetition(
      String name, ChaincodeDefinition definition, String packageId, LifecycleState own)
      throws LifecycleException {
    Optional<ChaincodeDefinition> earlier = Definitions.approved(name, definition.sequence(), own);
    return earlier.isPresent()
        && earlier.get().differenceFrom(definition).isEmpty()
        && Definitions.source(name, definition.sequence(), own).equals(Optional.of(packageId));
  }

  private static Optional<Approved> approved(String name, long sequence, LifecycleState own)
      throws LifecycleException {
    Optional<ChaincodeDefinition> definition = Definitions.approved(name, sequence, own);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    String packageId =
        Definitions.source(name, sequence, own)
            .orElseThrow(() ->
                new LifecycleException(
                    "could not fetch chaincode-source metadata for "
                        + Definitions.privateName(name, sequence)));
    return Optional.of(new Approved(definition.get(), packageId));
  }

  private static long sequence(String privateName, int hash) throws LifecycleException {
    try {
      return Long.parseLong(privateName.substring(hash + 1));
    } catch (NumberFormatException e) {
      throw new LifecycleException("invalid private name format: " + privateName, e);
    }
  }
}
