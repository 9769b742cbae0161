package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.denim.cli.ClientException;
import io.denim.cli.TransactionClient;
import io.denim.cli.TransactionProposal;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.CheckCommitReadinessResult;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageResult;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesResult;

/// `peer lifecycle chaincode` (fabric v3.1.5 internal/peer/lifecycle/chaincode).
final class LifecycleCommands {
  private static final String MODULE = "cli.lifecycle.chaincode";
  private static final String COMMANDS =
      "package|install|queryinstalled|getinstalledpackage|calculatepackageid|approveformyorg"
          + "|queryapproved|checkcommitreadiness|commit|querycommitted";

  private static final List<String> PEERS =
      List.of("peerAddresses", "tlsRootCertFiles", "connectionProfile");
  private static final List<String> DEFINITION =
      List.of(
          "peerAddresses",
          "tlsRootCertFiles",
          "connectionProfile",
          "channelID",
          "name",
          "version",
          "sequence",
          "signature-policy",
          "channel-config-policy",
          "endorsement-plugin",
          "validation-plugin",
          "collections-config",
          "init-required");

  private final CommandLog log;

  LifecycleCommands(CommandLog log) {
    this.log = log;
  }

  private static FlagSet flagSet() {
    FlagSet set =
        new FlagSet(FlagSet.Dialect.PFLAG)
            .text("lang", "l", "golang", "Language the chaincode is written in")
            .text("path", "p", "Path to the chaincode")
            .text("label", "", "The package label")
            .text("package-id", "", "The identifier of the chaincode install package")
            .text("output-directory", "", "Where getinstalledpackage writes the package")
            .text("output", "O", "The output format: plain text, or json");
    return OrdererEndpoint.flags(PeerConnections.flags(DefinitionFlags.flags(set), true));
  }

  void run(List<String> arguments) throws UsageException, ClientException, InterruptedException {
    new VerbGroup(
            "peer lifecycle chaincode",
            "Perform chaincode operations: " + COMMANDS,
            flagSet(),
            OrdererEndpoint.FLAGS,
            verbs())
        .run(arguments);
  }

  private List<Verb> verbs() {
    return List.of(
        new Verb(
            "package",
            "[outputfile]",
            "Package a chaincode",
            with(PEERS, "label", "lang", "path"),
            PackageCommands::pack),
        new Verb(
            "calculatepackageid",
            "[packageFile]",
            "Calculate the package ID for a chaincode",
            with(PEERS, "output"),
            PackageCommands::packageId),
        new Verb(
            "install",
            "[packageFile]",
            "Install a chaincode",
            with(PEERS, "targetPeer"),
            this::install),
        Verb.of(
            "queryinstalled",
            "Query the installed chaincodes on a peer",
            with(PEERS, "targetPeer", "output"),
            this::queryInstalled),
        new Verb(
            "getinstalledpackage",
            "[outputfile]",
            "Get an installed chaincode package from a peer",
            with(PEERS, "targetPeer", "package-id", "output-directory"),
            this::getInstalled),
        Verb.of(
            "approveformyorg",
            "Approve the chaincode definition for my org",
            with(DEFINITION, "package-id", "waitForEvent", "waitForEventTimeout"),
            flags ->
                order(
                    flags,
                    "approveformyorg",
                    "ApproveChaincodeDefinitionForMyOrg",
                    DefinitionFlags.approval(flags))),
        Verb.of(
            "queryapproved",
            "Query an organization's approved chaincode definitions from its peer",
            with(PEERS, "channelID", "name", "sequence", "output"),
            flags -> query(flags, "queryapproved")),
        Verb.of(
            "checkcommitreadiness",
            "Check whether a chaincode definition is ready to be committed on a channel",
            with(DEFINITION, "inspect", "output"),
            this::readiness),
        Verb.of(
            "commit",
            "Commit the chaincode definition on the channel",
            with(DEFINITION, "waitForEvent", "waitForEventTimeout"),
            flags ->
                order(flags, "commit", "CommitChaincodeDefinition", DefinitionFlags.commit(flags))),
        Verb.of(
            "querycommitted",
            "Query the committed chaincode definitions of a channel on a peer",
            with(PEERS, "channelID", "name", "output"),
            flags -> query(flags, "querycommitted")));
  }

  private static List<String> with(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return all;
  }

  private void query(Flags flags, String command)
      throws UsageException, ClientException, InterruptedException {
    DefinitionQueries.check(flags, command);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, command, false, false)) {
      DefinitionQueries queries = new DefinitionQueries(environment, connections, flags);
      System.out.print(command.equals("queryapproved") ? queries.approved() : queries.committed());
    }
  }

  /// Asks the peer.
  ///
  /// @param failed what the message of a refusal begins with
  static Response ask(
      PeerEnvironment environment,
      PeerConnections connections,
      TransactionProposal.Call call,
      String failed)
      throws ClientException {
    Response response =
        connections
            .peer()
            .propose(
                TransactionProposal.of(call, environment.signer()).signed(), connections.patience())
            .getResponse();
    if (response.getStatus() != 200) {
      throw new ClientException(
          failed + " with status: " + response.getStatus() + " - " + response.getMessage());
    }
    return response;
  }

  static TransactionProposal.Call call(String channelId, String function, Message arguments) {
    return TransactionProposal.Call.of(
        channelId,
        "_lifecycle",
        List.of(ByteString.copyFromUtf8(function), arguments.toByteString()));
  }

  static <T extends Message> T read(Response response, Parser<T> parser) throws ClientException {
    try {
      return parser.parseFrom(response.getPayload());
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException(
          "failed to unmarshal proposal response's response payload: " + e.getMessage(), e);
    }
  }

  static boolean json(Flags flags) {
    return flags.text("output").toLowerCase(Locale.ROOT).equals("json");
  }

  private void install(Flags flags) throws UsageException, ClientException, InterruptedException {
    List<String> words = flags.rest();
    if (words.isEmpty()) {
      throw new ClientException("chaincode install package must be provided");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "install", false, false)) {
      ByteString bytes = PackageCommands.read(words.getFirst());
      Response response =
          ask(
              environment,
              connections,
              call(
                  "",
                  "InstallChaincode",
                  InstallChaincodeArgs.newBuilder().setChaincodeInstallPackage(bytes).build()),
              "chaincode install failed");
      log.info(
          MODULE,
          "submitInstallProposal",
          "Installed remotely: response:<" + ChaincodeCommands.describe(response) + " >");
      InstallChaincodeResult result = read(response, InstallChaincodeResult.parser());
      log.info(
          MODULE,
          "submitInstallProposal",
          "Chaincode code package identifier: " + result.getPackageId());
    }
  }

  private void queryInstalled(Flags flags) throws ClientException, InterruptedException {
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "queryinstalled", false, false)) {
      QueryInstalledChaincodesResult result =
          read(
              ask(
                  environment,
                  connections,
                  call(
                      "",
                      "QueryInstalledChaincodes",
                      QueryInstalledChaincodesArgs.getDefaultInstance()),
                  "query failed"),
              QueryInstalledChaincodesResult.parser());
      if (json(flags)) {
        System.out.println(GoJson.indented(result));
        return;
      }
      System.out.println("Installed chaincodes on peer:");
      for (var installed : result.getInstalledChaincodesList()) {
        System.out.println(
            "Package ID: " + installed.getPackageId() + ", Label: " + installed.getLabel());
      }
    }
  }

  private void getInstalled(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    String packageId = flags.text("package-id");
    if (packageId.isEmpty()) {
      throw new UsageException(
          "The required parameter 'package-id' is empty. Rerun the command with --package-id flag");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "getinstalledpackage", false, false)) {
      GetInstalledChaincodePackageResult result =
          read(
              ask(
                  environment,
                  connections,
                  call(
                      "",
                      "GetInstalledChaincodePackage",
                      GetInstalledChaincodePackageArgs.newBuilder()
                          .setPackageId(packageId)
                          .build()),
                  "proposal failed"),
              GetInstalledChaincodePackageResult.parser());
      Path file =
          Path.of(flags.text("output-directory")).resolve(packageId.replace('/', '_') + ".tar.gz");
      Files.write(file, result.getChaincodeInstallPackage().toByteArray());
    } catch (IOException e) {
      throw new ClientException("failed to write chaincode package: " + e, e);
    }
  }

  private void order(Flags flags, String command, String function, Message arguments)
      throws ClientException, InterruptedException {
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, command, true, true)) {
      TransactionClient.Endorsed endorsed =
          connections.transactions().endorse(call(flags.text("channelID"), function, arguments));
      Response response = endorsed.response();
      if (response.getStatus() != 200) {
        throw new ClientException(
            "proposal failed with status: " + response.getStatus() + " - " + response.getMessage());
      }
      connections.order(endorsed, flags);
    }
  }

  private void readiness(Flags flags) throws UsageException, ClientException, InterruptedException {
    Message arguments = DefinitionFlags.readiness(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "checkcommitreadiness", false, false)) {
      CheckCommitReadinessResult result =
          read(
              ask(
                  environment,
                  connections,
                  call(flags.text("channelID"), "CheckCommitReadiness", arguments),
                  "query failed"),
              CheckCommitReadinessResult.parser());
      System.out.print(describe(flags, result));
    }
  }

  private static String describe(Flags flags, CheckCommitReadinessResult result) {
    if (json(flags)) {
      return GoJson.indented(
              flags.on("inspect")
                  ? explained(result)
                  : result.toBuilder().clearMismatches().build())
          + "\n";
    }
    StringBuilder text = new StringBuilder();
    text.append("Chaincode definition for chaincode '").append(flags.text("name"));
    text.append("', version '").append(flags.text("version"));
    text.append("', sequence '").append(flags.number("sequence"));
    text.append("' on channel '").append(flags.text("channelID"));
    text.append("' approval status by org:\n");
    new TreeMap<>(result.getApprovalsMap())
        .forEach((organization, approved) -> {
          text.append(organization).append(": ").append(approved);
          var mismatches = result.getMismatchesMap().get(organization);
          if (flags.on("inspect") && mismatches != null && mismatches.getItemsCount() > 0) {
            text.append(" (mismatch: [")
                .append(String.join(", ", mismatches.getItemsList()))
                .append("])");
          }
          text.append('\n');
        });
    return text.toString();
  }

  private static CheckCommitReadinessResult explained(CheckCommitReadinessResult result) {
    CheckCommitReadinessResult.Builder explained = result.toBuilder();
    result
        .getMismatchesMap()
        .forEach((organization, mismatches) -> {
          var builder = CheckCommitReadinessResult.Mismatches.newBuilder();
          for (String item : mismatches.getItemsList()) {
            builder.addItems(
                switch (item) {
                  case "ChaincodeParameters" ->
                      "ChaincodeParameters (Check the Sequence, ChaincodeName)";
                  case "EndorsementInfo" ->
                      "EndorsementInfo (Check the Version, InitRequired, EndorsementPlugin)";
                  case "ValidationInfo" ->
                      "ValidationInfo (Check the ValidationParameter, ValidationPlugin)";
                  case "Collections" -> "Collections (Check the Collections)";
                  default -> item;
                });
          }
          explained.putMismatches(organization, builder.build());
        });
    return explained.build();
  }
}
