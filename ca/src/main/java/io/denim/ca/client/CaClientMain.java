package io.denim.ca.client;

import io.denim.ca.FlagHelp;
import io.denim.ca.FlagSet;
import io.denim.ca.UsageException;
import io.denim.ca.Version;
import io.denim.node.SettingsException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `fabric-ca-client` (fabric-ca v1.5 cmd/fabric-ca-client).
public final class CaClientMain {
  private static final Set<String> COMMANDS =
      Set.of(
          "enroll",
          "reenroll",
          "register",
          "revoke",
          "gencrl",
          "gencsr",
          "getcainfo",
          "getcacert",
          "identity",
          "affiliation",
          "certificate",
          "version",
          "help");
  private static final Set<String> WITH_VERBS = Set.of("identity", "affiliation", "certificate");

  private CaClientMain() {}

  /// @param arguments a command and its flags
  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments), System.getenv(), System.out, System.err));
  }

  /// Runs a command.
  ///
  /// @return the exit code
  public static int run(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err)
      throws InterruptedException {
    try {
      String command = command(arguments);
      FlagSet set = ClientFlags.of(command);
      FlagSet.Parsed flags = set.parse(arguments);
      if (command.equals("help") || flags.isOn("help")) {
        out.println(usage(set));
      } else if (command.equals("version")) {
        out.print(Version.text("fabric-ca-client"));
      } else {
        dispatch(command, flags, environment, out, new ClientLog(err));
      }
      return 0;
    } catch (UsageException e) {
      err.println("Error: " + e.getMessage());
      err.println("Usage: fabric-ca-client [command]; see fabric-ca-client --help");
      return 1;
    } catch (ClientException | SettingsException | IOException | IllegalArgumentException e) {
      err.println("Error: " + e.getMessage());
      return 1;
    }
  }

  /// The first word that is a command; flags may stand before it.
  private static String command(List<String> arguments) throws UsageException {
    for (String argument : arguments) {
      if (COMMANDS.contains(argument)) {
        return argument;
      }
    }
    for (String argument : arguments) {
      if (!argument.startsWith("-")) {
        throw new UsageException("unknown command \"" + argument + "\" for \"fabric-ca-client\"");
      }
    }
    return "help";
  }

  private static void dispatch(
      String command,
      FlagSet.Parsed flags,
      Map<String, String> environment,
      PrintStream out,
      ClientLog log)
      throws UsageException, ClientException, SettingsException, IOException, InterruptedException {
    boolean hasVerb = WITH_VERBS.contains(command);
    List<String> words = flags.words().subList(1, flags.words().size());
    if (!hasVerb && !words.isEmpty()) {
      throw new UsageException("Unrecognized arguments found: " + words);
    }
    if (hasVerb && words.isEmpty()) {
      throw new UsageException("fabric-ca-client " + command + " needs a command, such as list");
    }
    boolean mayCreate = command.equals("enroll") || command.equals("gencsr");
    ClientSettings settings = ClientSettings.read(flags, environment, mayCreate, log);
    if (!mayCreate && !command.startsWith("getca")) {
      log.info("Configuration file location: " + settings.file());
    }
    Enrollment enrollment = new Enrollment(settings, flags, log);
    Administration administration =
        new Administration(
            settings,
            flags,
            hasVerb ? words.getFirst() : "",
            hasVerb ? words.subList(1, words.size()) : List.of(),
            log,
            out);
    switch (command) {
      case "enroll" -> enrollment.enroll();
      case "reenroll" -> enrollment.reenroll();
      case "gencsr" -> enrollment.makeRequest();
      case "getcainfo", "getcacert" -> enrollment.information();
      case "register" -> administration.register(settings.registration());
      case "revoke" -> administration.revoke();
      case "gencrl" -> administration.revocationList();
      case "identity" -> administration.identity();
      case "affiliation" -> administration.affiliation();
      default -> new CertificateListing(settings, flags, log, out).run();
    }
  }

  private static String usage(FlagSet flags) {
    return """
    Client of Fabric's certificate authority

    Usage:
      fabric-ca-client [command]

    Available Commands:
      affiliation list, add, modify, remove
      certificate list
      enroll      Get a certificate with a name and a secret
      gencrl      Get a list of revoked certificates
      gencsr      Make a certificate signing request
      getcainfo   Get the CA's certificate chain
      identity    list, add, modify, remove
      reenroll    Get the next certificate with the present one
      register    Make an identity known
      revoke      Revoke an identity or a certificate
      version     Print the version

    Flags:
    """
        + FlagHelp.of(flags);
  }
}
