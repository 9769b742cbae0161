package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.util.List;

/// Help for those parts of `peer` that do nothing here themselves (fabric v3.1.5 cmd/peer).
final class PeerHelp {
  private PeerHelp() {}

  static String ofPeer() {
    return """
    Usage:
      peer [command]

    Available Commands:
      chaincode   Query or invoke a chaincode: invoke|query.
      channel     Operate a channel: create|fetch|join|joinbysnapshot|joinbysnapshotstatus|list|update|signconfigtx|getinfo.
      help        Help about any command
      lifecycle   Perform _lifecycle operations
      node        Operate a peer node: start|reset|rollback|pause|resume|rebuild-dbs|unjoin|upgrade-dbs.
      snapshot    Manage snapshot requests: submitrequest|cancelrequest|listpending
      version     Print the version.

    Flags:
      -h, --help   help for peer

    Use "peer [command] --help" for more information about a command.
    """;
  }

  static String ofLifecycle() {
    return """
    Perform _lifecycle operations

    Usage:
      peer lifecycle [command]

    Available Commands:
      chaincode   Perform chaincode operations

    Flags:
      -h, --help   help for lifecycle

    Use "peer lifecycle [command] --help" for more information about a command.
    """;
  }

  static String ofVersion() {
    return """
    Print the version.

    Usage:
      peer version [flags]

    Flags:
      -h, --help   help for version
    """;
  }

  /// The verbs of `peer node`; the peer's own program carries them out.
  static VerbGroup node() {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.PFLAG)
            .text("channelID", "c", "The channel")
            .unsigned("blockNumber", "b", "0", "The last block that stays")
            .toggle("peer-chaincodedev", "", false, "Let chaincodes be started by hand");
    List<String> channel = List.of("channelID");
    return new VerbGroup(
        "peer node",
        "Operate a peer node: start|reset|rollback|pause|resume|rebuild-dbs|unjoin|upgrade-dbs.",
        flags,
        List.of(),
        List.of(
            verb("pause", "Pause a channel of a peer that is down", channel),
            verb("rebuild-dbs", "Drop the databases of a peer that is down", List.of()),
            verb(
                "reset",
                "Take all channels of a peer that is down to their first block",
                List.of()),
            verb("resume", "Resume a channel of a peer that is down", channel),
            verb(
                "rollback",
                "Take a channel of a peer that is down back to a block",
                List.of("blockNumber", "channelID")),
            verb("start", "Start the peer", List.of("peer-chaincodedev")),
            verb("unjoin", "Remove a channel from a peer that is down", channel),
            verb("upgrade-dbs", "Upgrade the databases of a peer that is down", List.of())));
  }

  private static Verb verb(String name, String meaning, List<String> flags) {
    return Verb.of(name, meaning, flags, PeerHelp::elsewhere);
  }

  private static void elsewhere(Flags flags) throws ClientException {
    throw new ClientException("peer node is carried out by the peer's own program");
  }
}
