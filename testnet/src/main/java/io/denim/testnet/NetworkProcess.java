package io.denim.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/// The process that runs a network, as its directory tells.
final class NetworkProcess {
  private NetworkProcess() {}

  /// The running process, if there is one.
  static Optional<ProcessHandle> find(NetworkDirectory directory) {
    try {
      if (!Files.exists(directory.processFile())) {
        return Optional.empty();
      }
      String[] written = Files.readString(directory.processFile()).strip().split(" ", 2);
      return ProcessHandle.of(Long.parseLong(written[0]))
          .filter(ProcessHandle::isAlive)
          .filter(process -> written.length < 2 || started(process).equals(written[1]));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // written by nobody who could be running
    }
  }

  /// Notes that this process runs the network.
  ///
  /// @throws IOException if it cannot be noted
  static void note(NetworkDirectory directory) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(directory.processFile(), self.pid() + " " + started(self) + "\n");
  }

  static void forget(NetworkDirectory directory) throws IOException {
    Files.deleteIfExists(directory.processFile());
  }

  /// A later process that got the same number started at another time.
  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("");
  }
}
