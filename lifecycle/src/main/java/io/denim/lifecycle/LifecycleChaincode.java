package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.denim.chaincode.ChaincodeStarter;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ChannelConfig;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.CommitChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionsArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesArgs;

/// The system chaincode `_lifecycle`: installs packages, and has organizations agree on what a
/// chaincode is (fabric v3.1.5 core/chaincode/lifecycle/scc.go). Each function takes one serialized
/// message and answers with one.
public final class LifecycleChaincode implements SystemChaincode {
  private final LifecycleChannels channels;
  private final Map<String, Entry<?>> functions = new TreeMap<>();

  /// A function after its argument was parsed.
  private interface Function<T> {
    MessageLite call(T argument, Invocation invocation)
        throws LifecycleException, NotFoundException;
  }

  private record Entry<T>(Parser<T> parser, Function<T> function) {
    MessageLite call(String name, ByteString argument, Invocation invocation)
        throws LifecycleException, NotFoundException {
      T parsed;
      try {
        parsed = parser.parseFrom(argument);
      } catch (InvalidProtocolBufferException e) {
        throw new LifecycleException(
            "could not decode input arg for *lifecycle.Invocation." + name + ": " + e.getMessage(),
            e);
      }
      return function.call(parsed, invocation);
    }
  }

  /// @param ownMspId the organization of this peer
  /// @param definitions reads what is committed
  public LifecycleChaincode(
      String ownMspId,
      LifecycleChannels channels,
      ChaincodeDefinitions definitions,
      LifecycleCache cache,
      PackageStore store,
      ChaincodeStarter builder) {
    this.channels = channels;
    Installations installations = new Installations(cache, store, builder);
    Approvals approvals = new Approvals(ownMspId, new DefinitionChecks(definitions));
    Commits commits = new Commits(ownMspId, new DefinitionChecks(definitions));
    add("InstallChaincode", InstallChaincodeArgs.parser(), (a, _) -> installations.install(a));
    add(
        "QueryInstalledChaincode",
        QueryInstalledChaincodeArgs.parser(),
        (a, _) -> installations.queryOne(a));
    add(
        "QueryInstalledChaincodes",
        QueryInstalledChaincodesArgs.parser(),
        (_, _) -> installations.queryAll());
    add(
        "GetInstalledChaincodePackage",
        GetInstalledChaincodePackageArgs.parser(),
        (a, _) -> installations.getPackage(a));
    add(
        "ApproveChaincodeDefinitionForMyOrg",
        ApproveChaincodeDefinitionForMyOrgArgs.parser(),
        approvals::approve);
    add(
        "QueryApprovedChaincodeDefinition",
        QueryApprovedChaincodeDefinitionArgs.parser(),
        approvals::queryOne);
    add(
        "QueryApprovedChaincodeDefinitions",
        QueryApprovedChaincodeDefinitionsArgs.parser(),
        (_, invocation) -> approvals.queryAll(invocation));
    add("CheckCommitReadiness", CheckCommitReadinessArgs.parser(), commits::checkReadiness);
    add("CommitChaincodeDefinition", CommitChaincodeDefinitionArgs.parser(), commits::commit);
    add("QueryChaincodeDefinition", QueryChaincodeDefinitionArgs.parser(), commits::queryOne);
    add(
        "QueryChaincodeDefinitions",
        QueryChaincodeDefinitionsArgs.parser(),
        (_, invocation) -> commits.queryAll(invocation));
  }

  @Override
  public String name() {
    return LifecycleState.NAMESPACE;
  }

  @Override
  public Response invoke(Call call) {
    int count = call.arguments().size();
    if (count == 0) {
      return SystemChaincode.error("lifecycle scc must be invoked with arguments");
    }
    if (count != 2) {
      return SystemChaincode.error(
          "lifecycle scc operations require exactly two arguments but received " + count);
    }
    String function = call.arguments().getFirst().toStringUtf8();
    Optional<ChannelConfig> config = Optional.empty();
    if (!call.channelId().isEmpty()) {
      config = channels.config(call.channelId());
      Optional<String> refusal = channelRefusal(call.channelId(), config);
      if (refusal.isPresent()) {
        return SystemChaincode.error(refusal.get());
      }
    }
    Optional<String> refusal =
        channels.accessRefusal(name() + "/" + function, call.channelId(), call.signedProposal());
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "Failed to authorize invocation due to failed ACL check: " + refusal.get());
    }
    return dispatch(function, call.arguments().get(1), new Invocation(call, config));
  }

  private Response dispatch(String name, ByteString argument, Invocation invocation) {
    try {
      Entry<?> function = functions.get(name);
      if (function == null) {
        throw new LifecycleException("receiver *lifecycle.Invocation." + name + " does not exist");
      }
      return SystemChaincode.success(function.call(name, argument, invocation).toByteString());
    } catch (NotFoundException e) {
      return Response.newBuilder().setStatus(404).setMessage(e.text()).build();
    } catch (LifecycleException e) {
      return SystemChaincode.error(
          "failed to invoke backing implementation of '" + name + "': " + e.text());
    }
  }

  private static Optional<String> channelRefusal(String channelId, Optional<ChannelConfig> config) {
    if (config.isEmpty()) {
      return Optional.of("could not get channelconfig for channel '" + channelId + "'");
    }
    if (config.get().application().isEmpty()) {
      return Optional.of("could not get application config for channel '" + channelId + "'");
    }
    if (!config.get().capabilities().lifecycleV20()) {
      return Optional.of(
          "cannot use new lifecycle for channel '"
              + channelId
              + "' as it does not have the required capabilities enabled");
    }
    return Optional.empty();
  }

  private <T> void add(String name, Parser<T> parser, Function<T> function) {
    functions.put(name, new Entry<>(parser, function));
  }
}
