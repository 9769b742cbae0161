package io.denim.peer;

import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerException;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The `peer node` commands: reads `core.yaml` from `FABRIC_CFG_PATH`, then serves until it is told
/// to stop by SIGTERM or SIGINT, or changes the ledgers of a peer that is down (fabric v3.1.5
/// internal/peer/node).
public final class PeerMain {
  private PeerMain() {}

  /// @param arguments the command, `start` if there is none, and its flags
  public static void main(String[] arguments) throws InterruptedException {
    List<String> words = List.of(arguments);
    String command = words.isEmpty() ? "start" : words.getFirst();
    try {
      Logging logging = Logging.start(System.getenv());
      List<String> flags = words.isEmpty() ? words : words.subList(1, words.size());
      PeerSettings settings =
          settings(command.equals("start") ? withFlags(System.getenv(), flags) : System.getenv());
      if (command.equals("start")) {
        serve(settings, logging);
      } else {
        NodeMaintenance.run(command, flags, settings);
      }
    } catch (IOException
        | SettingsException
        | MspConfigException
        | PeerException
        | LedgerException
        | TlsConfigurationException
        | IllegalArgumentException e) {
      System.err.println("Error: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void serve(PeerSettings settings, Logging logging)
      throws IOException,
          MspConfigException,
          PeerException,
          TlsConfigurationException,
          InterruptedException {
    PeerNode node =
        PeerNode.start(
            settings,
            new PeerNode.Environment(
                SignatureVerifier.create(),
                InstantSource.system(),
                new Metrics(),
                logging,
                version()));
    NodeProcess.serve(node::close);
  }

  /// What the flags of `start` say, as the variables that say the same.
  private static Map<String, String> withFlags(Map<String, String> environment, List<String> flags)
      throws PeerException {
    Map<String, String> told = new HashMap<>(environment);
    for (String flag : flags) {
      switch (flag) {
        case "--peer-chaincodedev", "--peer-chaincodedev=true" ->
            told.put("CORE_CHAINCODE_MODE", "dev");
        case "--peer-chaincodedev=false" -> {}
        default -> throw new PeerException("unknown flag: " + flag);
      }
    }
    return told;
  }

  private static PeerSettings settings(Map<String, String> environment)
      throws IOException, SettingsException {
    Path folder = Path.of(environment.getOrDefault("FABRIC_CFG_PATH", "."));
    Path file = folder.resolve("core.yaml");
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "Fatal error when initializing core config : error when reading core config file: Config"
              + " File \"core\" Not Found in \"["
              + folder.toAbsolutePath().normalize()
              + "]\"; set FABRIC_CFG_PATH to the folder that holds core.yaml");
    }
    return PeerSettings.of(Settings.load(file, "CORE", environment));
  }

  private static String version() {
    String version = PeerMain.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
