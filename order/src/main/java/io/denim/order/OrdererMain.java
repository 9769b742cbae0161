package io.denim.order;

import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.metrics.Metrics;
import io.denim.node.Logging;
import io.denim.node.NodeProcess;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import io.denim.wire.TlsConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The `orderer` executable: reads `orderer.yaml` from `FABRIC_CFG_PATH` and serves until it is
/// told to stop by SIGTERM or SIGINT.
public final class OrdererMain {
  private static final Logger LOG = LoggerFactory.getLogger(OrdererMain.class);
  private static final String HELP =
      """
      usage: orderer [<flags>] <command> [<args> ...]

      An ordering node; settings are read from orderer.yaml in FABRIC_CFG_PATH

      Flags:
        --help  Show this help.

      Commands:
        help [<command>...]
          Show help.

        start*
          Start the orderer node

        version
          Show version information

      """;

  private OrdererMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    String command = arguments.length == 0 ? "start" : arguments[0];
    if (command.equals("version")) {
      System.out.println("orderer:\n Version: " + version());
      return;
    }
    if (command.equals("help") || List.of(arguments).contains("--help")) {
      System.out.print(HELP);
      return;
    }
    if (!command.equals("start")) {
      System.err.println(
          command.startsWith("-")
              ? "orderer: error: unknown long flag '" + command + "', try --help"
              : "orderer: error: unexpected " + command + ", try --help");
      System.exit(1);
    }
    try {
      OrdererNode node = start(System.getenv());
      NodeProcess.serve(node::close);
    } catch (IOException
        | SettingsException
        | MspConfigException
        | TlsConfigurationException
        | RuntimeException e) {
      // With threads of its parts about, the process would go on half started.
      LOG.debug("the orderer cannot start", e);
      System.err.println("orderer: cannot start: " + e.getMessage());
      System.exit(1);
    }
  }

  private static OrdererNode start(Map<String, String> environment)
      throws IOException, SettingsException, MspConfigException, TlsConfigurationException {
    Logging logging = Logging.start(environment);
    Path file = configFile(environment);
    OrdererSettings settings = OrdererSettings.of(Settings.load(file, "ORDERER", environment));
    return OrdererNode.start(
        settings,
        new OrdererNode.Environment(
            SignatureVerifier.create(), InstantSource.system(), new Metrics(), logging, version()));
  }

  private static Path configFile(Map<String, String> environment) throws IOException {
    Path folder = Path.of(environment.getOrDefault("FABRIC_CFG_PATH", "."));
    Path file = folder.resolve("orderer.yaml");
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "there is no "
              + file.toAbsolutePath().normalize()
              + "; set FABRIC_CFG_PATH to the folder that holds orderer.yaml");
    }
    return file;
  }

  private static String version() {
    String version = OrdererMain.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
