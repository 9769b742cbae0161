package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs compilers and package managers for the built-in builders.
final class SourceBuild {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.build");

  private final Processes processes;
  private final Duration patience;

  SourceBuild(Processes processes, Duration patience) {
    this.processes = processes;
    this.patience = patience;
  }

  /// Runs a program of the PATH.
  ///
  /// @param more variables beside those of this process
  /// @throws LaunchException if the program is missing, or fails; then with the end of its output
  void run(String packageId, Path folder, Map<String, String> more, List<String> arguments)
      throws LaunchException, InterruptedException {
    Map<String, String> environment = Command.forBuilding();
    environment.putAll(more);
    String what = String.join(" ", arguments);
    LOG.info("Building {}: {}", packageId, what);
    Processes.Finished finished;
    try {
      finished =
          processes.run(
              new Command(arguments, environment, folder),
              patience,
              line -> LOG.debug("[{}] {}", packageId, line));
    } catch (IOException e) {
      throw new LaunchException(
          "could not build chaincode " + packageId + " with '" + what + "': " + e.getMessage(), e);
    }
    if (finished.exitCode() != 0) {
      throw new LaunchException(
          "could not build chaincode "
              + packageId
              + ": '"
              + what
              + "' ended with status "
              + finished.exitCode()
              + ": "
              + finished.lastLines());
    }
  }

  /// A program of the PATH.
  ///
  /// @throws LaunchException if there is none
  static String program(String name, String purpose) throws LaunchException {
    return Processes.programs(name)
        .map(Path::toString)
        .orElseThrow(() ->
            new LaunchException(
                "'" + name + "' is needed to " + purpose + " and is not in this peer's PATH"));
  }

  static boolean exists(Path folder, String name) {
    return Files.exists(folder.resolve(name));
  }
}
