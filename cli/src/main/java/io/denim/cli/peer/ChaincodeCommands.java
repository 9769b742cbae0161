package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.denim.cli.ClientException;
import io.denim.cli.TransactionClient;
import io.denim.cli.TransactionProposal;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.Response;

/// `peer chaincode` (fabric v3.1.5 internal/peer/chaincode).
final class ChaincodeCommands {
  private static final String MODULE = "chaincodeCmd";
  private static final int ERROR_THRESHOLD = 400;

  private final CommandLog log;

  ChaincodeCommands(CommandLog log) {
    this.log = log;
  }

  private static FlagSet flagSet() {
    FlagSet set =
        new FlagSet(FlagSet.Dialect.PFLAG)
            .text("ctor", "c", "{}", "Constructor message for the chaincode in JSON format")
            .text("name", "n", "Name of the chaincode")
            .text("channelID", "C", "The channel on which this command should be executed")
            .toggle("isInit", "I", false, "Is this invocation for init")
            .toggle("raw", "r", false, "If true, output the query value as raw bytes")
            .toggle("hex", "x", false, "If true, output the query value in hexadecimal")
            .text("transient", "", "Transient map of arguments in JSON encoding");
    return OrdererEndpoint.flags(PeerConnections.flags(set, false));
  }

  void run(List<String> arguments) throws UsageException, ClientException, InterruptedException {
    List<String> global = new ArrayList<>(OrdererEndpoint.FLAGS);
    global.add("transient");
    new VerbGroup(
            "peer chaincode",
            "Query or invoke a chaincode: invoke|query.",
            flagSet(),
            global,
            List.of(
                Verb.of(
                    "invoke",
                    "Call a chaincode and have the transaction committed",
                    List.of(
                        "name",
                        "ctor",
                        "isInit",
                        "channelID",
                        "peerAddresses",
                        "tlsRootCertFiles",
                        "connectionProfile",
                        "waitForEvent",
                        "waitForEventTimeout"),
                    flags -> call("invoke", flags)),
                Verb.of(
                    "query",
                    "Call a chaincode and print the result, without a transaction",
                    List.of(
                        "name",
                        "ctor",
                        "raw",
                        "hex",
                        "channelID",
                        "peerAddresses",
                        "tlsRootCertFiles",
                        "connectionProfile"),
                    flags -> call("query", flags))))
        .run(arguments);
  }

  private void call(String command, Flags flags)
      throws UsageException, ClientException, InterruptedException {
    if (flags.text("channelID").isEmpty()) {
      throw new ClientException(
          "The required parameter 'channelID' is empty. Rerun the command with -C flag");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    log.info(
        MODULE,
        "InitCmdFactory",
        "InitCmdFactory: Entry: " + command + ", true, " + command.equals("invoke"));
    if (flags.text("name").isEmpty()) {
      throw new ClientException("must supply value for chaincode name parameter");
    }
    TransactionProposal.Call call =
        new TransactionProposal.Call(
            flags.text("channelID"),
            flags.text("name"),
            ChaincodeInputs.arguments(flags.text("ctor")),
            ChaincodeInputs.transientData(flags.text("transient")),
            command.equals("invoke") && flags.on("isInit"));
    if (command.equals("invoke")) {
      invoke(environment, flags, call);
    } else {
      query(environment, flags, call);
    }
  }

  private void invoke(PeerEnvironment environment, Flags flags, TransactionProposal.Call call)
      throws ClientException, InterruptedException {
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "invoke", true, true)) {
      TransactionClient.Endorsed endorsed = endorse(connections, call);
      Response response = endorsed.response();
      if (response.getStatus() >= ERROR_THRESHOLD) {
        throw new ClientException(
            "endorsement failure during invoke. response: " + describe(response));
      }
      connections.order(endorsed, flags);
      log.info(
          MODULE,
          "chaincodeInvokeOrQuery",
          "Chaincode invoke successful. result: " + describe(response));
    }
  }

  private static TransactionClient.Endorsed endorse(
      PeerConnections connections, TransactionProposal.Call call) throws ClientException {
    try {
      return connections.transactions().endorse(call);
    } catch (ClientException e) {
      throw new ClientException("error endorsing invoke: " + e.getMessage(), e);
    }
  }

  private void query(PeerEnvironment environment, Flags flags, TransactionProposal.Call call)
      throws ClientException, InterruptedException {
    if (flags.on("raw") && flags.on("hex")) {
      throw new ClientException("options --raw (-r) and --hex (-x) are not compatible");
    }
    try (PeerConnections connections =
        PeerConnections.open(environment, flags, "query", false, false)) {
      ProposalResponse answer =
          connections
              .peer()
              .propose(
                  TransactionProposal.of(call, environment.signer()).signed(),
                  connections.patience());
      if (!answer.hasEndorsement()) {
        throw new ClientException(
            "endorsement failure during query. response: " + describe(answer.getResponse()));
      }
      print(flags, answer.getResponse().getPayload());
    }
  }

  private static void print(Flags flags, ByteString payload) throws ClientException {
    try {
      if (flags.on("hex")) {
        System.out.println(HexFormat.of().formatHex(payload.toByteArray()));
        return;
      }
      payload.writeTo(System.out);
      if (!flags.on("raw")) {
        System.out.println();
      }
    } catch (IOException e) {
      throw new ClientException("could not write the result: " + e, e);
    }
  }

  /// As Go prints the message.
  static String describe(Response response) {
    StringBuilder text = new StringBuilder("status:").append(response.getStatus());
    if (!response.getMessage().isEmpty()) {
      text.append(" message:\"")
          .append(TextFormat.escapeDoubleQuotesAndBackslashes(response.getMessage()))
          .append('"');
    }
    if (!response.getPayload().isEmpty()) {
      text.append(" payload:\"").append(TextFormat.escapeBytes(response.getPayload())).append('"');
    }
    return text.toString();
  }
}
