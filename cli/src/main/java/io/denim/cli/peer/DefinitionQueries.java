package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import io.denim.cli.command.UsageException;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionsResult;

/// `queryapproved` and `querycommitted` of `peer lifecycle chaincode` (fabric v3.1.5
/// internal/peer/lifecycle/chaincode).
record DefinitionQueries(PeerEnvironment environment, PeerConnections connections, Flags flags) {
  /// What the command prints.
  String approved() throws UsageException, ClientException {
    String name = flags.text("name");
    String channelId = flags.text("channelID");
    if (channelId.isEmpty()) {
      throw new UsageException(
          "The required parameter 'channelID' is empty. Rerun the command with -C flag");
    }
    if (name.isEmpty()) {
      throw new UsageException(
          "The required parameter 'name' is empty. Rerun the command with -n flag");
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
        + "':\nsequence: "
        + result.getSequence()
        + ", version: "
        + result.getVersion()
        + ", init-required: "
        + result.getInitRequired()
        + ", package-id: "
        + packageId(result.getSource())
        + ", endorsement plugin: "
        + result.getEndorsementPlugin()
        + ", validation plugin: "
        + result.getValidationPlugin()
        + "\n";
  }

  private static String packageId(ChaincodeSource source) {
    return source.getLocalPackage().getPackageId();
  }

  /// What the command prints.
  String committed() throws UsageException, ClientException {
    if (flags.text("channelID").isEmpty()) {
      throw new UsageException("channel name must be specified");
    }
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
