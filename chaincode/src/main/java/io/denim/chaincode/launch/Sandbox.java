package io.denim.chaincode.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a chaincode's process from the machine: its memory, open files and core dumps are bounded
/// (`prlimit`), and with bubblewrap it sees the system's programs and libraries read-only, its own
/// build, a folder of its own, and no other process. The network is shared, since it must reach the
/// peer.
final class Sandbox {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode.sandbox");
  private static final List<String> SYSTEM =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt");

  private static final int OPEN_FILES = 16_384;

  private final Optional<Path> bubblewrap;
  private final List<String> limits;

  private Sandbox(Optional<Path> bubblewrap, List<String> limits) {
    this.bubblewrap = bubblewrap;
    this.limits = limits;
  }

  static Sandbox of(LaunchSettings.Isolation isolation) {
    return new Sandbox(
        isolation.namespaces()
            ? program("bwrap", "chaincodes run in the machine's own namespaces")
            : Optional.empty(),
        program("prlimit", "chaincodes' memory is not bounded")
            .map(program -> limits(program, isolation.memoryBytes()))
            .orElse(List.of()));
  }

  private static Optional<Path> program(String name, String consequence) {
    Optional<Path> found = Processes.programs(name);
    if (found.isEmpty()) {
      LOG.warn("{} is not in PATH: {}", name, consequence);
    }
    return found;
  }

  /// A process that reaches the bound is refused more memory, which ends Go, Node and Java alike;
  /// what they only reserve does not count.
  private static List<String> limits(Path program, long memoryBytes) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of(program.toString(), "--core=0", "--nofile=" + OPEN_FILES));
    if (memoryBytes > 0) {
      line.add("--data=" + memoryBytes);
    }
    line.add("--");
    return List.copyOf(line);
  }

  /// @param build the chaincode's build, which it may write to (a Java archive of classes)
  /// @param own the folder of this start
  Command wrap(Command command, Path build, Path own) {
    List<String> line = new ArrayList<>(limits);
    bubblewrap.ifPresent(program -> line.addAll(namespaces(program, command, build, own)));
    line.addAll(command.arguments());
    return new Command(line, Map.copyOf(command.environment()), command.folder());
  }

  private static List<String> namespaces(Path bubblewrap, Command command, Path build, Path own) {
    List<String> line = new ArrayList<>();
    line.add(bubblewrap.toString());
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
    return line;
  }

  private static void bind(List<String> line, String how, String folder) {
    line.addAll(List.of(how, folder, folder));
  }
}
