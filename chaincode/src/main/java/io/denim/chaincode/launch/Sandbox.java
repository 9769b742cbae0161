package io.denim.chaincode.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a chaincode's process from the machine: with bubblewrap it sees the system's programs and
/// libraries read-only, its own build, a folder of its own, and no other process. The network is
/// shared, since it must reach the peer.
final class Sandbox {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.sandbox");
  private static final List<String> SYSTEM =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt");

  private final Optional<Path> bubblewrap;

  private Sandbox(Optional<Path> bubblewrap) {
    this.bubblewrap = bubblewrap;
  }

  static Sandbox of(LaunchSettings.Isolation isolation) {
    return switch (isolation) {
      case NONE -> new Sandbox(Optional.empty());
      case NAMESPACES -> {
        Optional<Path> found = Processes.programs("bwrap");
        if (found.isEmpty()) {
          LOG.warn("bwrap is not in PATH: chaincodes run as ordinary processes");
        }
        yield new Sandbox(found);
      }
    };
  }

  /// @param build the chaincode's build, which it may write to (a Java archive of classes)
  /// @param own the folder of this start
  Command wrap(Command command, Path build, Path own) {
    if (bubblewrap.isEmpty()) {
      return command;
    }
    List<String> line = new ArrayList<>();
    line.add(bubblewrap.get().toString());
    line.addAll(List.of("--unshare-all", "--share-net", "--die-with-parent", "--new-session"));
    line.addAll(List.of("--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"));
    line.addAll(List.of("--tmpfs", "/tmp"));
    for (String folder : SYSTEM) {
      bind(line, "--ro-bind-try", folder);
    }
    bind(line, "--ro-bind-try", System.getProperty("java.home"));
    bind(line, "--bind", build.toString());
    bind(line, "--bind", own.toString());
    Path program = Path.of(command.arguments().getFirst()).getParent();
    if (program != null && Files.isDirectory(program)) {
      bind(line, "--ro-bind-try", program.toString());
    }
    line.addAll(List.of("--chdir", command.folder().toString(), "--"));
    line.addAll(command.arguments());
    return new Command(line, Map.copyOf(command.environment()), command.folder());
  }

  private static void bind(List<String> line, String how, String folder) {
    line.addAll(List.of(how, folder, folder));
  }
}
