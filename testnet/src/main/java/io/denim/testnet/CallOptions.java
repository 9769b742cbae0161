package io.denim.testnet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.SignatureVerifier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What invoking and querying have in common: whom to ask, as whom, and what.
final class CallOptions {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Parameters(index = "0", paramLabel = "CHAINCODE", description = "The chaincode's name.")
  private String chaincode = "";

  @Parameters(index = "1", paramLabel = "FUNCTION", description = "The function to call.")
  private String function = "";

  @Parameters(index = "2..*", paramLabel = "ARG", description = "Its arguments.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--org",
      defaultValue = "1",
      description = "The organization to act for (default: the first).")
  private String organization = "1";

  @Option(
      names = "--user",
      defaultValue = "User1",
      description = "Who acts, User1 or Admin (default: ${DEFAULT-VALUE}).")
  private String user = "User1";

  @Option(
      names = "--transient",
      paramLabel = "JSON",
      description = "Transient data, a JSON object; its values' text goes to the chaincode.")
  private Optional<String> transientData = Optional.empty();

  @Option(names = "--json", description = "Prints one line of JSON.")
  private boolean json;

  @Option(names = "--is-init", description = "Marks the init transaction.")
  private boolean isInit;

  boolean json() {
    return json;
  }

  /// Connects to the organization's first peer.
  ///
  /// @throws NetworkException if there is no such network
  GatewayClient gateway() throws NetworkException, ClientException {
    NetworkPlan plan = directoryOption.runningPlan();
    NetworkPlan.Organization acting = plan.organization(organization);
    return new NetworkCrypto(
            directoryOption.directory(), SignatureVerifier.create(), InstantSource.system())
        .gateway(acting, acting.peers().getFirst(), user, PATIENCE);
  }

  TransactionProposal.Call call() throws NetworkException, ClientException {
    List<ByteString> all = new ArrayList<>();
    all.add(ByteString.copyFromUtf8(function));
    arguments.forEach(argument -> all.add(ByteString.copyFromUtf8(argument)));
    return new TransactionProposal.Call(
        directoryOption.existingPlan().spec().channel(), chaincode, all, parseTransient(), isInit);
  }

  private Map<String, ByteString> parseTransient() throws ClientException {
    Map<String, ByteString> data = new HashMap<>();
    if (transientData.isEmpty()) {
      return data;
    }
    try {
      JsonNode tree = new ObjectMapper().readTree(transientData.get());
      if (!tree.isObject()) {
        throw new ClientException("--transient must be a JSON object");
      }
      for (Map.Entry<String, JsonNode> field : tree.properties()) {
        JsonNode value = field.getValue();
        data.put(
            field.getKey(),
            ByteString.copyFromUtf8(value.isTextual() ? value.textValue() : value.toString()));
      }
      return data;
    } catch (JsonProcessingException e) {
      throw new ClientException("--transient is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
