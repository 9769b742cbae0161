package io.denim.cli.discover;

import io.denim.cli.ClientException;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.discovery.ChaincodeQuery;
import org.hyperledger.fabric.protos.discovery.ConfigQuery;
import org.hyperledger.fabric.protos.discovery.LocalPeerQuery;
import org.hyperledger.fabric.protos.discovery.PeerMembershipQuery;
import org.hyperledger.fabric.protos.discovery.Query;
import org.hyperledger.fabric.protos.discovery.QueryResult;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;

/// The `discover` executable: what a peer's discovery service knows (fabric v3.1.5 cmd/discover,
/// discovery/cmd).
public final class DiscoverTool {
  private DiscoverTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments))); // connections' threads end only later
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) throws InterruptedException {
    try {
      verbs().run(arguments);
      return 0;
    } catch (UsageException e) {
      System.err.println("discover: error: " + e.getMessage() + ", try --help");
      return 1;
    } catch (ClientException e) {
      System.err.println(e.getMessage());
      return 1;
    }
  }

  private static VerbGroup verbs() {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.KINGPIN)
            .text("configFile", "", "The file to take the settings below from")
            .text("peerTLSCA", "", "The TLS CA certificate that the peer's is checked with")
            .text("tlsCert", "", "The client's TLS certificate, for peers that want one")
            .text("tlsKey", "", "The key of the client's TLS certificate")
            .text("userKey", "", "The user's key, which signs the requests")
            .text("userCert", "", "The user's certificate")
            .text("MSP", "", "The user's MSP id")
            .texts("chaincode", "The chaincode, may be given several times")
            .texts("collection", "Collections of a chaincode, such as basic:first,second")
            .texts("noPrivateReads", "A chaincode of which no private data is read")
            .text("server", "", "The peer to ask")
            .text("channel", "", "The channel to ask about");
    List<String> server = List.of("server", "channel");
    return new VerbGroup(
        "discover",
        "Asks a peer's discovery service",
        flags,
        DiscoverConfig.FLAGS,
        List.of(
            Verb.of("peers", "Discover peers", server, DiscoverTool::peers),
            Verb.of(
                "config", "Discover a channel's MSPs and orderers", server, DiscoverTool::config),
            Verb.of(
                "endorsers",
                "Discover who can endorse for chaincodes",
                List.of("chaincode", "collection", "noPrivateReads", "server", "channel"),
                DiscoverTool::endorsers),
            Verb.of(
                "saveConfig",
                "Write the settings that the flags give to the file of --configFile",
                List.of(),
                DiscoverTool::saveConfig)));
  }

  private static void saveConfig(Flags flags) throws UsageException, ClientException {
    String file = flags.text("configFile");
    if (file.isEmpty()) {
      System.err.println("--configFile must be used to specify the configuration file");
      return;
    }
    DiscoverConfig.ofFlags(flags).save(Path.of(file));
  }

  private static void peers(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    String channel = flags.text("channel");
    Query.Builder query = Query.newBuilder().setChannel(channel);
    if (channel.isEmpty()) {
      query.setLocalPeers(LocalPeerQuery.getDefaultInstance());
    } else {
      query.setPeerQuery(PeerMembershipQuery.getDefaultInstance());
    }
    QueryResult result = ask(flags, query.build(), true);
    System.out.println(
        GoJson.indented(DiscoveredPeers.list(result.getMembers(), !channel.isEmpty())));
  }

  private static void config(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    Query query =
        Query.newBuilder()
            .setChannel(flags.text("channel"))
            .setConfigQuery(ConfigQuery.getDefaultInstance())
            .build();
    requireChannel(flags);
    System.out.println(GoJson.indented(ask(flags, query, true).getConfigResult()));
  }

  private static void endorsers(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    requireChannel(flags);
    requireServer(flags);
    ChaincodeInterest interest = interest(flags);
    if (interest.getChaincodesCount() == 0) {
      throw new ClientException("failed creating request: invocation chain should not be empty");
    }
    Query query =
        Query.newBuilder()
            .setChannel(flags.text("channel"))
            .setCcQuery(ChaincodeQuery.newBuilder().addInterests(interest))
            .build();
    QueryResult result = ask(flags, query, false);
    System.out.println(
        GoJson.indented(DiscoveredPeers.endorsers(result.getCcQueryRes().getContentList())));
  }

  private static ChaincodeInterest interest(Flags flags) throws ClientException, UsageException {
    List<String> chaincodes = flags.texts("chaincode");
    List<String> noReads = flags.texts("noPrivateReads");
    for (String chaincode : noReads) {
      if (!chaincodes.contains(chaincode)) {
        throw new ClientException(
            "chaincode "
                + chaincode
                + " is specified as not containing private data reads but should be explicitly"
                + " defined via a chaincode flag");
      }
    }
    Map<String, List<String>> collections = new LinkedHashMap<>();
    for (String pair : flags.texts("collection")) {
      String[] parts = pair.split("[:=]", 2);
      if (parts.length < 2) {
        throw new UsageException("expected KEY=VALUE got '" + pair + "'");
      }
      if (!chaincodes.contains(parts[0])) {
        throw new ClientException(
            "a collection specified chaincode "
                + parts[0]
                + " but it wasn't specified with a chaincode flag");
      }
      collections.put(parts[0], Arrays.asList(parts[1].split(",", -1)));
    }
    List<ChaincodeCall> calls = new ArrayList<>();
    for (String chaincode : chaincodes) {
      calls.add(
          ChaincodeCall.newBuilder()
              .setName(chaincode)
              .addAllCollectionNames(collections.getOrDefault(chaincode, List.of()))
              .setNoPrivateReads(noReads.contains(chaincode))
              .build());
    }
    return ChaincodeInterest.newBuilder().addAllChaincodes(calls).build();
  }

  private static void requireServer(Flags flags) throws ClientException {
    if (flags.text("server").isEmpty()) {
      throw new ClientException("no server specified");
    }
  }

  private static void requireChannel(Flags flags) throws ClientException {
    if (flags.text("channel").isEmpty()) {
      throw new ClientException("no channel specified");
    }
  }

  /// @param named whether a failure names the server, as it does for some queries
  private static QueryResult ask(Flags flags, Query query, boolean named)
      throws UsageException, ClientException, InterruptedException {
    requireServer(flags);
    String file = flags.text("configFile");
    DiscoverConfig config =
        file.isEmpty() ? DiscoverConfig.ofFlags(flags) : DiscoverConfig.load(Path.of(file));
    String server = flags.text("server");
    QueryResult result;
    try (DiscoverClient client = DiscoverClient.open(config, server)) {
      result = client.ask(query);
    } catch (DiscoverClient.RefusedException e) {
      throw new ClientException(
          (named ? "failed connecting to " + server + ": " : "") + e.getMessage(), e);
    }
    if (result.hasError()) {
      String content = result.getError().getContent();
      throw new ClientException(named ? content : "server returned: " + content);
    }
    return result;
  }
}
