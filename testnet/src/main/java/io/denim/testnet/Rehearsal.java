package io.denim.testnet;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// Has the executables do once what they are for, each kind in a JVM that writes down what it loads
/// and links (JEP 514, JEP 515). What comes of it, an AOT cache for each kind, spares later starts
/// that work. A part of the build; everything works without it.
public final class Rehearsal {
  private static final NetworkSpec SPEC =
      new NetworkSpec("rehearsal", 1, 1, 1, 100, Duration.ofMillis(20), true);

  /// `core.yaml` and `orderer.yaml` as brief as they can be; the rest are environment variables.
  private static final String YAML =
      """
      # what a rehearsal needs
      General:
        ListenAddress: localhost
      peer:
        id: rehearsal
        networkId: rehearsal
        limits: {concurrency: {gatewayService: 500}}
      chaincode:
        executetimeout: 30s
        logging: {level: info, shim: warning, format: ''}
      metrics: {provider: prometheus}
      """;

  private final Path launch;
  private final NetworkDirectory directory;
  private final NetworkPlan plan;

  private Rehearsal(Path launch, NetworkDirectory directory, NetworkPlan plan) {
    this.launch = launch;
    this.directory = directory;
    this.plan = plan;
  }

  /// @param arguments the folder with `tool.options`, `peer.options` and `orderer.options`, where
  ///   the caches and logs go
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path launch = Path.of(arguments[0]).toAbsolutePath();
    Path folder = Files.createTempDirectory("denim-rehearsal");
    try {
      NetworkDirectory directory = new NetworkDirectory(folder);
      NetworkPlan plan = PlanFile.draft(SPEC);
      PlanFile.write(directory.plan(), plan);
      new NetworkFiles(plan, directory, InstantSource.system()).create();
      Files.writeString(folder.resolve("core.yaml"), YAML);
      Files.writeString(folder.resolve("orderer.yaml"), YAML);
      NetworkProcess.note(directory);
      new Rehearsal(launch, directory, plan).run();
      runNetwork(launch, new NetworkDirectory(folder.resolve("network")));
    } finally {
      Trees.delete(folder);
    }
  }

  /// What a method does most is noted as well, so it should be under load. What it says is of no
  /// interest.
  private static void load(NetworkDirectory directory) throws InterruptedException {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      DenimMain.run(List.of("bench", "--dir", directory.root().toString(), "--time", "4s"));
    } finally {
      System.setOut(out);
    }
  }

  /// A whole network in one JVM.
  private static void runNetwork(Path launch, NetworkDirectory directory)
      throws IOException, InterruptedException {
    String folder = directory.root().toString();
    try (RehearsingProcess network =
        RehearsingProcess.start(
            launch,
            "network",
            List.of(DenimMain.class.getName(), "up", "--free-ports", "--dir", folder),
            Map.of())) {
      network.awaitLine("denim query");
      load(directory);
      network.stop();
      network.awaitEnd();
    }
  }

  private void run() throws IOException, InterruptedException {
    try (RehearsingProcess orderer =
            RehearsingProcess.start(
                launch,
                "orderer",
                List.of("io.denim.order.OrdererMain"),
                NodeVariables.ofOrderer(directory, plan));
        RehearsingProcess peer =
            RehearsingProcess.start(
                launch,
                "peer",
                List.of("io.denim.peer.PeerMain", "start"),
                NodeVariables.ofPeer(directory, plan));
        RehearsingProcess tool =
            RehearsingProcess.start(
                launch,
                "tool",
                List.of(ToolRehearsal.class.getName(), directory.root().toString()),
                NodeVariables.ofAdministrator(directory, plan))) {
      orderer.awaitLine("Beginning to serve requests");
      peer.awaitLine("Started peer with");
      tool.tell("go");
      tool.awaitEnd();
      load(directory);
      orderer.stop();
      peer.stop();
      orderer.awaitEnd();
      peer.awaitEnd();
    }
  }
}
