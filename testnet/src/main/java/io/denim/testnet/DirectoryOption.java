package io.denim.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Which network a command is about.
final class DirectoryOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "${env:DENIM_NETWORK:-network}",
      description = "Where the network's data lies (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("network");

  /// The network that commands are about when nobody says which.
  static NetworkDirectory customary() {
    String told = System.getenv("DENIM_NETWORK");
    return new NetworkDirectory(Path.of(told == null ? "network" : told));
  }

  NetworkDirectory directory() {
    return new NetworkDirectory(directory);
  }

  /// The plan of a network that must be running.
  ///
  /// @throws NetworkException if it is not
  NetworkPlan runningPlan() throws NetworkException {
    NetworkPlan plan = existingPlan();
    if (NetworkProcess.find(directory()).isEmpty()) {
      throw new NetworkException(
          "the network in " + directory().root() + " does not run; start it with: ./denim up");
    }
    return plan;
  }

  /// The plan of a network that must be there.
  ///
  /// @throws NetworkException if it is not
  NetworkPlan existingPlan() throws NetworkException {
    Path plan = directory().plan();
    if (!Files.exists(plan)) {
      throw new NetworkException(
          "there is no network in " + directory().root() + "; start one with: ./denim up");
    }
    try {
      return PlanFile.read(plan);
    } catch (IOException e) {
      throw new NetworkException("cannot read " + plan + ": " + e.getMessage(), e);
    }
  }
}
