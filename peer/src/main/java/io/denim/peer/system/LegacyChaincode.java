package io.denim.peer.system;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.denim.chaincode.InstalledPackage;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.Resources;
import io.denim.lifecycle.ChaincodeDefinition;
import io.denim.lifecycle.DefinedChaincode;
import io.denim.lifecycle.LifecycleCache;
import io.denim.wire.Sha256;
import java.util.HexFormat;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeData;
import org.hyperledger.fabric.protos.peer.ChaincodeInfo;
import org.hyperledger.fabric.protos.peer.ChaincodeQueryResponse;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.Response;

/// `lscc`, which Fabric v3 has dropped: its reads, answered from the new lifecycle, for explorers
/// and SDKs that still ask. Names of functions and errors are those of fabric v2.5
/// core/scc/lscc/lscc.go; installing and instantiating are refused.
public final class LegacyChaincode implements SystemChaincode {
  private final SystemChannels channels;
  private final LifecycleCache definitions;

  public LegacyChaincode(SystemChannels channels, LifecycleCache definitions) {
    this.channels = channels;
    this.definitions = definitions;
  }

  @Override
  public String name() {
    return "lscc";
  }

  @Override
  public Response invoke(Call call) {
    int count = call.arguments().size();
    if (count < 1) {
      return wrongCount(count);
    }
    String function = call.arguments().getFirst().toStringUtf8();
    return switch (function) {
      case "getid", "ChaincodeExists" -> ofOne(call, function, Resources.LSCC_CHAINCODE_EXISTS);
      case "getccdata", "GetChaincodeData" ->
          ofOne(call, function, Resources.LSCC_GET_CHAINCODE_DATA);
      case "getchaincodes", "GetChaincodes" -> all(call, function);
      case "getinstalledchaincodes", "GetInstalledChaincodes" -> installed(call, function);
      case "GetCollectionsConfig", "getcollectionsconfig" -> collections(call, function);
      case "install", "deploy", "upgrade" ->
          SystemChaincode.error(
              "Channel '"
                  + call.channelId()
                  + "' has been migrated to the new lifecycle, LSCC is now read-only");
      default -> SystemChaincode.error("invalid function to lscc: " + function);
    };
  }

  private Response ofOne(Call call, String function, String resource) {
    if (call.arguments().size() != 3) {
      return wrongCount(call.arguments().size());
    }
    String channelId = call.arguments().get(1).toStringUtf8();
    String name = call.arguments().get(2).toStringUtf8();
    Optional<String> refusal = channels.accessRefusal(resource, channelId, call.signedProposal());
    if (refusal.isPresent()) {
      return denied(function, channelId, refusal.get());
    }
    Optional<ChaincodeDefinition> found = definitions.definition(channelId, name);
    if (found.isEmpty()) {
      return SystemChaincode.error("could not find chaincode with name '" + name + "'");
    }
    return SystemChaincode.success(
        resource.equals(Resources.LSCC_CHAINCODE_EXISTS)
            ? ByteString.copyFromUtf8(name)
            : data(name, found.get()).toByteString());
  }

  private Response all(Call call, String function) {
    if (call.arguments().size() != 1) {
      return wrongCount(call.arguments().size());
    }
    Optional<String> refusal =
        channels.accessRefusal(
            Resources.LSCC_GET_INSTANTIATED_CHAINCODES, call.channelId(), call.signedProposal());
    if (refusal.isPresent()) {
      return denied(function, call.channelId(), refusal.get());
    }
    ChaincodeQueryResponse.Builder answer = ChaincodeQueryResponse.newBuilder();
    for (DefinedChaincode chaincode : definitions.chaincodes(call.channelId())) {
      Optional<ChaincodeDefinition> definition =
          definitions.definition(call.channelId(), chaincode.name());
      definition.ifPresent(d ->
          answer.addChaincodes(
              ChaincodeInfo.newBuilder()
                  .setName(chaincode.name())
                  .setVersion(d.version())
                  .setEscc(d.endorsementPlugin())
                  .setVscc(d.validationPlugin())));
    }
    return SystemChaincode.success(answer.build().toByteString());
  }

  private Response installed(Call call, String function) {
    if (call.arguments().size() != 1) {
      return wrongCount(call.arguments().size());
    }
    Optional<String> refusal =
        channels.accessRefusal(Resources.LSCC_GET_INSTALLED_CHAINCODES, "", call.signedProposal());
    if (refusal.isPresent()) {
      return SystemChaincode.error("access denied for [" + function + "]: " + refusal.get());
    }
    ChaincodeQueryResponse.Builder answer = ChaincodeQueryResponse.newBuilder();
    for (InstalledPackage installed : definitions.installed()) {
      String id = installed.packageId();
      String hash = id.substring(id.lastIndexOf(':') + 1);
      answer.addChaincodes(
          ChaincodeInfo.newBuilder()
              .setName(installed.label())
              .setVersion(hash)
              .setId(ByteString.copyFrom(HexFormat.of().parseHex(hash))));
    }
    return SystemChaincode.success(answer.build().toByteString());
  }

  private Response collections(Call call, String function) {
    if (call.arguments().size() != 2) {
      return wrongCount(call.arguments().size());
    }
    String name = call.arguments().get(1).toStringUtf8();
    Optional<String> refusal =
        channels.accessRefusal(
            Resources.LSCC_GET_COLLECTIONS_CONFIG, call.channelId(), call.signedProposal());
    if (refusal.isPresent()) {
      return denied(function, call.channelId(), refusal.get());
    }
    Optional<CollectionConfigPackage> found =
        definitions
            .definition(call.channelId(), name)
            .map(ChaincodeDefinition::collections)
            .filter(collections -> collections.getConfigCount() > 0);
    return found
        .map(MessageLite::toByteString)
        .map(SystemChaincode::success)
        .orElseGet(
            () -> SystemChaincode.error("collections config not defined for chaincode " + name));
  }

  private static ChaincodeData data(String name, ChaincodeDefinition definition) {
    String id = name + ":" + definition.version();
    return ChaincodeData.newBuilder()
        .setName(name)
        .setVersion(definition.version())
        .setEscc(definition.endorsementPlugin())
        .setVscc(definition.validationPlugin())
        .setId(Sha256.of(ByteString.copyFromUtf8(id)))
        .build();
  }

  private static Response wrongCount(int count) {
    return SystemChaincode.error("invalid number of arguments to lscc: " + count);
  }

  private static Response denied(String function, String channelId, String reason) {
    return SystemChaincode.error(
        "access denied for [" + function + "][" + channelId + "]: " + reason);
  }
}
