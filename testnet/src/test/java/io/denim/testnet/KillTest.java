package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.SignatureVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A network's process is killed under load, for real, and started again.
@Tag("long")
@Timeout(300)
class KillTest {
  private static final int CLIENTS = 4;
  private static final int BEFORE_THE_KILL = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : started) {
      List<ProcessHandle> chaincodes = process.descendants().toList();
      process.destroyForcibly().waitFor();
      chaincodes.forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterAKill() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder.resolve("network"));
    Process first = up(directory);
    NetworkPlan plan = PlanFile.read(directory.plan());
    NetworkCrypto crypto =
        new NetworkCrypto(directory, SignatureVerifier.create(), InstantSource.system());
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      String name = "asset-" + client + "-";
      clients.add(Thread.ofVirtual().start(() -> createUntilItFails(plan, crypto, name)));
    }
    while (acknowledged.size() < BEFORE_THE_KILL && first.isAlive()) {
      first.waitFor(10, TimeUnit.MILLISECONDS);
    }
    List<ProcessHandle> chaincodes = first.descendants().toList();
    first.destroyForcibly().waitFor();
    chaincodes.forEach(ProcessHandle::destroyForcibly);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(BEFORE_THE_KILL);

    up(directory);
    List<String> states = new ArrayList<>();
    for (NetworkPlan.Organization organization : plan.organizations()) {
      try (GatewayClient gateway = gateway(crypto, organization)) {
        // A commit seen at this peer says that it has all that was ordered before the kill.
        gateway.submit(create(plan, "after-" + organization.name()));
        states.add(all(gateway, plan));
      }
    }
    for (String asset : acknowledged) {
      assertThat(states.getFirst()).contains("\"" + asset + "\"");
    }
    NetworkPlan.Organization organization = plan.organizations().getFirst();
    try (GatewayClient gateway = gateway(crypto, organization)) {
      assertThat(all(gateway, plan)).isEqualTo(states.getLast());
    }
  }

  private void createUntilItFails(NetworkPlan plan, NetworkCrypto crypto, String name) {
    try (GatewayClient gateway = gateway(crypto, plan.organizations().getFirst())) {
      for (int number = 0; ; number++) {
        gateway.submit(create(plan, name + number));
        acknowledged.add(name + number);
      }
    } catch (ClientException e) {
      assertThat(e).isNotNull(); // the network is gone, as is the purpose of this client
    }
  }

  private static GatewayClient gateway(NetworkCrypto crypto, NetworkPlan.Organization organization)
      throws ClientException {
    return crypto.gateway(
        organization, organization.peers().getFirst(), "User1", Duration.ofSeconds(20));
  }

  private static TransactionProposal.Call create(NetworkPlan plan, String asset) {
    return call(plan, "CreateAsset", asset, "blue", "1", "Ann", "2");
  }

  private static String all(GatewayClient gateway, NetworkPlan plan) throws ClientException {
    return gateway.evaluate(call(plan, "GetAllAssets")).toStringUtf8();
  }

  private static TransactionProposal.Call call(NetworkPlan plan, String... arguments) {
    return TransactionProposal.Call.of(
        plan.spec().channel(),
        "basic",
        Arrays.stream(arguments).map(ByteString::copyFromUtf8).toList());
  }

  /// Starts `denim up` and waits until it says that it is ready.
  private Process up(NetworkDirectory directory) throws Exception {
    Path root = Path.of(System.getProperty("denim.testdata")).toAbsolutePath().getParent();
    Path output = folder.resolve("up" + started.size() + ".out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Ddenim.basic=" + root.resolve("samples/basic/target/package"),
                "-cp",
                System.getProperty("java.class.path"),
                DenimMain.class.getName(),
                "up",
                "--free-ports",
                "--timeout",
                "20ms",
                "--dir",
                directory.root().toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    started.add(process);
    long deadline = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
    while (!Files.readString(output).contains("Stop with")) {
      boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
      assertThat(ended).as("up ended: " + Files.readString(output)).isFalse();
      assertThat(System.nanoTime()).as(Files.readString(output)).isLessThan(deadline);
    }
    return process;
  }
}
