package io.denim.lifecycle;

import com.google.protobuf.MessageLite;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.ledger.TransactionSimulator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessResult;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsResult;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the channel's organizations agreed on, in the public state (fabric v3.1.5
/// core/chaincode/lifecycle/{scc,lifecycle}.go).
final class Commits {
  private static final Logger LOG = LoggerFactory.getLogger("lifecycle");

  private final String ownMspId;
  private final DefinitionChecks checks;

  Commits(String ownMspId, DefinitionChecks checks) {
    this.ownMspId = ownMspId;
    this.checks = checks;
  }

  MessageLite checkReadiness(CheckCommitReadinessArgs arguments, Invocation invocation)
      throws LifecycleException {
    ChaincodeDefinition plain =
        ChaincodeDefinition.of(
            arguments.getSequence(),
            arguments.getVersion(),
            arguments.getEndorsementPlugin(),
            arguments.getInitRequired(),
            arguments.getValidationPlugin(),
            arguments.getValidationParameter(),
            arguments.getCollections());
    Ready ready = ready(arguments.getName(), plain, invocation);
    CheckCommitReadinessResult.Builder result = CheckCommitReadinessResult.newBuilder();
    ready.mismatches.forEach((mspId, items) -> {
      result.putApprovals(mspId, items.isEmpty());
      if (!items.isEmpty()) {
        result.putMismatches(
            mspId, CheckCommitReadinessResult.Mismatches.newBuilder().addAllItems(items).build());
      }
    });
    return result.build();
  }

  MessageLite commit(CommitChaincodeDefinitionArgs arguments, Invocation invocation)
      throws LifecycleException {
    checks.check(
        arguments.getName(), arguments.getVersion(), arguments.getCollections(), invocation);
    boolean member =
        invocation.organizations().stream()
            .anyMatch(organization -> organization.mspId().equals(ownMspId));
    if (!member) {
      throw new LifecycleException(
          "impossibly, this peer's org is processing requests for a channel it is not a member of");
    }
    ChaincodeDefinition plain =
        ChaincodeDefinition.of(
            arguments.getSequence(),
            arguments.getVersion(),
            arguments.getEndorsementPlugin(),
            arguments.getInitRequired(),
            arguments.getValidationPlugin(),
            arguments.getValidationParameter(),
            arguments.getCollections());
    Ready ready = ready(arguments.getName(), plain, invocation);
    StructureStore.write(
        Structure.NAMESPACES,
        arguments.getName(),
        ready.definition.whole(),
        LifecycleState.of(invocation.simulator()));
    if (!ready.mismatches.getOrDefault(ownMspId, List.of("")).isEmpty()) {
      throw new LifecycleException(
          "chaincode definition not agreed to by this org (" + ownMspId + ")");
    }
    LOG.info(
        "Successfully endorsed commit for chaincode name '{}' on channel '{}' with definition {}",
        arguments.getName(),
        invocation.channelId(),
        ready.definition);
    return CommitChaincodeDefinitionResult.getDefaultInstance();
  }

  MessageLite queryOne(QueryChaincodeDefinitionArgs arguments, Invocation invocation)
      throws LifecycleException, NotFoundException {
    String name = arguments.getName();
    TransactionSimulator simulator = invocation.simulator();
    Optional<ChaincodeDefinition> found = Definitions.committed(name, LifecycleState.of(simulator));
    if (found.isEmpty()) {
      throw new NotFoundException("namespace " + name + " is not defined");
    }
    ChaincodeDefinition definition = found.get();
    QueryChaincodeDefinitionResult.Builder result =
        QueryChaincodeDefinitionResult.newBuilder()
            .setSequence(definition.sequence())
            .setVersion(definition.version())
            .setEndorsementPlugin(definition.endorsementPlugin())
            .setValidationPlugin(definition.validationPlugin())
            .setValidationParameter(definition.endorsementPolicy())
            .setInitRequired(definition.initRequired())
            .setCollections(definition.collections());
    mismatches(name, definition, invocation)
        .forEach((mspId, items) -> result.putApprovals(mspId, items.isEmpty()));
    return result.build();
  }

  MessageLite queryAll(Invocation invocation) throws LifecycleException {
    LifecycleState state = LifecycleState.of(invocation.simulator());
    QueryChaincodeDefinitionsResult.Builder result = QueryChaincodeDefinitionsResult.newBuilder();
    for (Map.Entry<String, StateMetadata> entry :
        StructureStore.allMetadata(Structure.NAMESPACES, state).entrySet()) {
      if (!entry.getValue().getDatatype().equals(Structure.DEFINITION)) {
        continue;
      }
      ChaincodeDefinition definition =
          Definitions.committed(entry.getKey(), state)
              .orElseThrow(
                  () -> new LifecycleException("namespace " + entry.getKey() + " is not defined"));
      result.addChaincodeDefinitions(
          QueryChaincodeDefinitionsResult.ChaincodeDefinition.newBuilder()
              .setName(entry.getKey())
              .setSequence(definition.sequence())
              .setVersion(definition.version())
              .setEndorsementPlugin(definition.endorsementPlugin())
              .setValidationPlugin(definition.validationPlugin())
              .setValidationParameter(definition.endorsementPolicy())
              .setInitRequired(definition.initRequired())
              .setCollections(definition.collections()));
    }
    return result.build();
  }

  /// A definition with its defaults, and what each organization approved differently.
  private record Ready(ChaincodeDefinition definition, Map<String, List<String>> mismatches) {}

  private static Ready ready(String name, ChaincodeDefinition plain, Invocation invocation)
      throws LifecycleException {
    LifecycleState publicState = LifecycleState.of(invocation.simulator());
    long next = Approvals.currentSequence(name, publicState) + 1;
    if (plain.sequence() != next) {
      throw new LifecycleException(
          "requested sequence is "
              + plain.sequence()
              + ", but new definition must be sequence "
              + next);
    }
    ChaincodeDefinition definition = DefinitionDefaults.fill(plain, invocation.channel());
    return new Ready(definition, mismatches(name, definition, invocation));
  }

  private static Map<String, List<String>> mismatches(
      String name, ChaincodeDefinition definition, Invocation invocation)
      throws LifecycleException {
    String privateName = Definitions.privateName(name, definition.sequence());
    Map<String, List<String>> byMspId = new TreeMap<>();
    for (ApplicationOrganization organization : invocation.organizations()) {
      LifecycleState.Hashed approvals =
          LifecycleState.hashedOf(invocation.simulator(), organization.mspId());
      try {
        byMspId.put(
            organization.mspId(),
            StructureStore.mismatches(
                Structure.NAMESPACES, privateName, definition.parameters(), approvals));
      } catch (LifecycleException e) {
        throw e.during("serialization check failed for key " + privateName);
      }
    }
    return byMspId;
  }
}
