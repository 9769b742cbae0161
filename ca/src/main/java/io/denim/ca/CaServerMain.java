package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.metrics.Metrics;
import io.denim.node.Logging;
import io.denim.node.NodeOperations;
import io.denim.node.NodeProcess;
import io.denim.node.SettingsException;
import io.denim.wire.SecretFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `fabric-ca-server`: `init` makes what is missing, `start` serves until it is told to stop
/// (fabric-ca v1.5 cmd/fabric-ca-server).
public final class CaServerMain {
  private static final String CONFIGURATION = "fabric-ca-server-config.yaml";
  private static final List<String> HOMES =
      List.of("FABRIC_CA_SERVER_HOME", "FABRIC_CA_HOME", "CA_CFG_PATH");

  private CaServerMain() {}

  /// @param arguments a command and its flags
  public static void main(String[] arguments) throws InterruptedException {
    try {
      System.exit(run(List.of(arguments), System.getenv()));
    } catch (UsageException e) {
      System.err.println("Error: " + e.getMessage() + "\n" + ServerFlags.usage());
      System.exit(1);
    } catch (IOException | SettingsException | IllegalArgumentException e) {
      System.err.println("Error: " + e.getMessage());
      System.exit(1);
    }
  }

  private static int run(List<String> arguments, Map<String, String> environment)
      throws UsageException, IOException, SettingsException, InterruptedException {
    FlagSet.Parsed parsed = ServerFlags.SET.parse(arguments);
    String command = parsed.words().isEmpty() ? "help" : parsed.words().getFirst();
    if (parsed.isOn("help") || command.equals("help")) {
      System.out.println(ServerFlags.usage());
      return 0;
    }
    if (command.equals("version")) {
      System.out.print(Version.text("fabric-ca-server"));
      return 0;
    }
    if (!command.equals("init") && !command.equals("start")) {
      throw new UsageException("unknown command \"" + command + "\" for \"fabric-ca-server\"");
    }
    if (parsed.words().size() > 1) {
      throw new UsageException(
          "Unrecognized arguments found: " + parsed.words().subList(1, parsed.words().size()));
    }
    Logging logging = Logging.start(environment);
    Path file = parsed.configuration(CONFIGURATION, environment, HOMES, ".");
    createConfiguration(file, parsed);
    Map<String, String> overrides = overrides(parsed, environment);
    CaConfiguration configuration = CaConfiguration.read(file, overrides);
    Logger log = LoggerFactory.getLogger(CaServerMain.class);
    configuration
        .unused()
        .unknown()
        .forEach(key -> log.warn("Unknown setting in {}: {}", file, key));
    InstantSource clock = InstantSource.system();
    CaHome home = new CaHome(configuration, clock);
    List<CaSettings> cas = new ArrayList<>();
    cas.add(home.ready());
    for (Path other : configuration.others()) {
      cas.add(new CaHome(CaConfiguration.read(other, Map.of()), clock).ready());
    }
    if (command.equals("start")) {
      CaServer server =
          CaServer.start(configuration.listen(), home.tls(cas.getFirst()), cas, clock);
      serve(server, configuration, logging);
    } else {
      log.info("Initialization was successful");
    }
    return 0;
  }

  private static void serve(CaServer server, CaConfiguration configuration, Logging logging)
      throws IOException, InterruptedException {
    NodeOperations operations;
    try {
      server.openAll();
      operations =
          NodeOperations.start(
              configuration.service().operations(),
              new NodeOperations.Subject(
                  CaInfo.VERSION, new Metrics(), logging, InstantSource.system()));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    LoggerFactory.getLogger(CaServerMain.class)
        .info(
            "Listening on {}://{}:{}",
            configuration.tls().enabled() ? "https" : "http",
            server.address().getHostString(),
            server.address().getPort());
    NodeProcess.serve(() -> {
      operations.close();
      server.close();
    });
  }

  private static void createConfiguration(Path file, FlagSet.Parsed parsed)
      throws IOException, UsageException {
    if (Files.exists(file)) {
      return;
    }
    String boot = parsed.text("boot").orElse("");
    if (boot.isEmpty()) {
      throw new UsageException(
          "Failed to create default configuration file: The '-b user:pass' option is required");
    }
    int colon = boot.indexOf(':');
    if (colon < 0) {
      throw new UsageException(
          "Failed to create default configuration file: The value '"
              + boot
              + "' on the command line is missing a colon separator");
    }
    if (colon == boot.length() - 1) {
      throw new UsageException(
          "Failed to create default configuration file: An empty password in the '-b user:pass'"
              + " option is not permitted");
    }
    SecretFile.write(
        file,
        ByteString.copyFromUtf8(
            DefaultConfiguration.server(
                boot.substring(0, colon),
                boot.substring(colon + 1),
                InetAddress.getLocalHost().getHostName())));
  }

  /// Flags come before environment variables, under their names.
  private static Map<String, String> overrides(
      FlagSet.Parsed parsed, Map<String, String> environment) {
    Map<String, String> overrides = new HashMap<>(environment);
    parsed
        .values()
        .forEach((flag, values) ->
            overrides.put(
                "FABRIC_CA_SERVER_" + flag.toUpperCase(Locale.ROOT).replace('.', '_'),
                String.join(",", values)));
    return overrides;
  }
}
