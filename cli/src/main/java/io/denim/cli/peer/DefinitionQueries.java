package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionsArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionsResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsResult;

/// `queryapproved` and `querycommitted` of `peer lifecycle chaincode` (fabric v3.1.5
/// internal/peer/lifecycle/chaincode).
record DefinitionQueries(PeerEnvironment environment, PeerConnections connections, Flags flags) {
  /// @throws ClientException if a flag is missing or does not fit the others
  static void check(Flags flags, String command) throws ClientException {
    boolean approved = command.equals("queryapproved");
    if (flags.text("channelID").isEmpty()) {
      throw new ClientException(
          approved
              ? "The required parameter 'channelID' is empty. Rerun the command with -C flag"
              : "channel name must be specified");
    }
    if (approved && flags.text("name").isEmpty() && flags.number("sequence") != 0) {
      throw new ClientException(
          "Specifying parameter 'sequence' is invalid without parameter 'name'. Rerun the command"
              + " with -n flag");
    }
  }

  /// What the command prints.
  String approved() throws ClientException {
    String name = flags.text("name");
    String channelId = flags.text("channelID");
    if (name.isEmpty()) {
      return allApproved(channelId);
    }
    Response response =
        LifecycleCommands.ask(
            environment,
            connections,
            LifecycleCommands.call(
                channelId,
                "QueryApprovedChaincodeDefinition",
                QueryApprovedChaincodeDefinitionArgs.newBuilder()
                    .setName(name)
                    .setSequence(flags.number("sequence"))
                    .build()),
            "query failed");
    QueryApprovedChaincodeDefinitionResult result =
        LifecycleCommands.read(response, QueryApprovedChaincodeDefinitionResult.parser());
    if (LifecycleCommands.json(flags)) {
      return GoJson.indented(result) + "\n";
    }
    return "Approved chaincode definition for chaincode '"
        + name
        + "' on channel '"
        + channelId
        + "':\n"
        + approvedLine(
            result.getSequence(), result.getVersion(), result.getInitRequired(), result.getSource())
        + plugins(result.getEndorsementPlugin(), result.getValidationPlugin());
  }

  private String allApproved(String channelId) throws ClientException {
    QueryApprovedChaincodeDefinitionsResult result =
        LifecycleCommands.read(
            LifecycleCommands.ask(
                environment,
                connections,
                LifecycleCommands.call(
                    channelId,
                    "QueryApprovedChaincodeDefinitions",
                    QueryApprovedChaincodeDefinitionsArgs.getDefaultInstance()),
                "query failed"),
            QueryApprovedChaincodeDefinitionsResult.parser());
    if (LifecycleCommands.json(flags)) {
      return GoJson.indented(result) + "\n";
    }
    StringBuilder text = new StringBuilder();
    text.append("Approved chaincode definitions on channel '").append(channelId).append("':\n");
    for (var each : result.getApprovedChaincodeDefinitionsList()) {
      text.append("name: ").append(each.getName()).append(", ");
      text.append(
          approvedLine(
              each.getSequence(), each.getVersion(), each.getInitRequired(), each.getSource()));
      text.append(plugins(each.getEndorsementPlugin(), each.getValidationPlugin()));
    }
    return text.toString();
  }

  private static String approvedLine(
      long sequence, String version, boolean initRequired, ChaincodeSource source) {
    return "sequence: "
        + sequence
        + ", version: "
        + version
        + ", init-required: "
        + initRequired
        + ", package-id: "
        + packageId(source);
  }

  private static String plugins(String endorsement, String validation) {
    return ", endorsement plugin: " + endorsement + ", validation plugin: " + validation + "\n";
  }

  private static String packageId(ChaincodeSource source) {
    return source.getLocalPackage().getPackageId();
  }

  /// What the command prints.
  String committed() throws ClientException {
    return flags.text("name").isEmpty() ? all() : one();
  }

  private String one() throws ClientException {
    Response response =
        LifecycleCommands.ask(
            environment,
            connections,
            LifecycleCommands.call(
                flags.text("channelID"),
                "QueryChaincodeDefinition",
                QueryChaincodeDefinitionArgs.newBuilder().setName(flags.text("name")).build()),
            "query failed");
    QueryChaincodeDefinitionResult result =
        LifecycleCommands.read(response, QueryChaincodeDefinitionResult.parser());
    if (LifecycleCommands.json(flags)) {
      return GoJson.indented(result) + "\n";
    }
    StringBuilder approvals = new StringBuilder();
    new TreeMap<>(result.getApprovalsMap())
        .forEach((organization, approved) -> {
          approvals.append(approvals.isEmpty() ? "" : ", ");
          approvals.append(organization).append(": ").append(approved);
        });
    return "Committed chaincode definition for chaincode '"
        + flags.text("name")
        + "' on channel '"
        + flags.text("channelID")
        + "':\n"
        + line(
            result.getVersion(),
            result.getSequence(),
            result.getEndorsementPlugin(),
            result.getValidationPlugin())
        + ", Approvals: ["
        + approvals
        + "]\n";
  }

  private String all() throws ClientException {
    Response response =
        LifecycleCommands.ask(
            environment,
            connections,
            LifecycleCommands.call(
                flags.text("channelID"),
                "QueryChaincodeDefinitions",
                QueryChaincodeDefinitionsArgs.getDefaultInstance()),
            "query failed");
    QueryChaincodeDefinitionsResult result =
        LifecycleCommands.read(response, QueryChaincodeDefinitionsResult.parser());
    if (LifecycleCommands.json(flags)) {
      return GoJson.indented(result) + "\n";
    }
    StringBuilder text = new StringBuilder();
    text.append("Committed chaincode definitions on channel '");
    text.append(flags.text("channelID")).append("':\n");
    for (var definition : result.getChaincodeDefinitionsList()) {
      text.append("Name: ").append(definition.getName()).append(", ");
      text.append(
          line(
              definition.getVersion(),
              definition.getSequence(),
              definition.getEndorsementPlugin(),
              definition.getValidationPlugin()));
      text.append('\n');
    }
    return text.toString();
  }

  private static String line(
      String version, long sequence, String endorsementPlugin, String validationPlugin) {
    return "Version: "
        + version
        + ", Sequence: "
        + sequence
        + ", Endorsement Plugin: "
        + endorsementPlugin
        + ", Validation Plugin: "
        + validationPlugin;
  }
}
