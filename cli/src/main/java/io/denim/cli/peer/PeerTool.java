package io.denim.cli.peer;

import io.denim.cli.ClientException;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Version;
import java.time.InstantSource;
import java.util.List;

/// The `peer` executable, but for what `peer node` does; of that only the help is here (fabric
/// v3.1.5 cmd/peer).
public final class PeerTool {
  private PeerTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    int status = run(List.of(arguments));
    System.out.flush();
    System.exit(status); // connections' threads end by themselves only later
  }

  /// Does what the command line asks for; returns the exit status.
  public static int run(List<String> arguments) throws InterruptedException {
    CommandLog log = new CommandLog(System.err, InstantSource.system(), System.getenv());
    try {
      dispatch(arguments, log);
      return 0;
    } catch (UsageException e) {
      System.err.println("Error: " + e.getMessage());
      return 1;
    } catch (ClientException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith("Fatal error when initializing") || message.startsWith("Cannot run")) {
        log.error("main", "InitCmd", message);
      } else {
        System.err.println("Error: " + message);
      }
      return 1;
    }
  }

  private static void dispatch(List<String> arguments, CommandLog log)
      throws UsageException, ClientException, InterruptedException {
    String command = arguments.isEmpty() ? "help" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    switch (command) {
      case "version" -> version(rest);
      case "help", "--help", "-h" -> System.out.print(PeerHelp.ofPeer());
      case "channel" -> new ChannelCommands(log).run(rest);
      case "chaincode" -> new ChaincodeCommands(log).run(rest);
      case "snapshot" -> new SnapshotCommands(log).run(rest);
      case "node" -> PeerHelp.node().run(rest);
      case "lifecycle" -> {
        if (!rest.isEmpty() && rest.getFirst().equals("chaincode")) {
          new LifecycleCommands(log).run(rest.subList(1, rest.size()));
        } else {
          System.out.print(PeerHelp.ofLifecycle());
        }
      }
      default ->
          throw new UsageException(
              command.startsWith("-")
                  ? "unknown flag: " + command + "\n" + PeerHelp.ofPeer()
                  : "unknown command \""
                      + command
                      + "\" for \"peer\"\nRun 'peer --help' for usage.");
    }
  }

  private static void version(List<String> rest) {
    if (rest.contains("--help") || rest.contains("-h")) {
      System.out.print(PeerHelp.ofVersion());
      return;
    }
    System.out.println(
        Version.text("peer")
            + "\n Chaincode:\n  Base Docker Label: org.hyperledger.fabric"
            + "\n  Docker Namespace: hyperledger\n");
  }
}
