package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.cli.ParticipationClient;
import io.denim.identity.Cryptogen;
import io.denim.ledger.BlockStore;
import io.denim.order.OrdererMain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;

/// Orderers of one channel, each a process of its own, reached by the others through a proxy.
final class OrdererProcesses implements AutoCloseable {
  static final String CHANNEL = "ch";
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Path folder;
  private final Block genesis;
  private final List<Node> nodes = new ArrayList<>();

  /// One orderer.
  private static final class Node {
    final Path home;
    final int port;
    final int admin;
    final int operations;
    final LinkProxy proxy;
    @Nullable Process process;

    Node(Path home, int port, int admin, int operations) throws IOException {
      this.home = home;
      this.port = port;
      this.admin = admin;
      this.operations = operations;
      this.proxy = new LinkProxy(port);
    }

    Process running() {
      assertThat(process).as("%s runs", home).isNotNull();
      return process;
    }
  }

  OrdererProcesses(Path folder, int size) throws Exception {
    this.folder = folder;
    Cryptogen.generate(
        folder,
        List.of(Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 1)),
        List.of(Cryptogen.OrganizationSpec.of("Orderer", "example.com", "orderer", size, 0)),
        InstantSource.system());
    try (FreePorts ports = new FreePorts()) {
      for (int i = 0; i < size; i++) {
        nodes.add(
            new Node(folder.resolve("node" + i), ports.port(0), ports.port(0), ports.port(0)));
      }
    }
    this.genesis = GenesisBlocks.of(CHANNEL, profile(), InstantSource.system());
    for (int i = 0; i < size; i++) {
      configure(i);
    }
  }

  int size() {
    return nodes.size();
  }

  String address(int number) {
    return "127.0.0.1:" + nodes.get(number).port;
  }

  ByteString tlsRoot() throws IOException {
    return ByteString.copyFrom(Files.readAllBytes(crypto(0).resolve("tls/ca.crt")));
  }

  Path user() {
    return folder.resolve("peerOrganizations/org1.example.com/users/User1@org1.example.com/msp");
  }

  private Path crypto(int number) {
    return folder.resolve(
        "ordererOrganizations/example.com/orderers/orderer" + number + ".example.com");
  }

  private void configure(int number) throws IOException {
    Node node = nodes.get(number);
    Path crypto = crypto(number);
    Files.createDirectories(node.home);
    Files.writeString(
        node.home.resolve("orderer.yaml"),
        """
        General:
          ListenAddress: 127.0.0.1
          ListenPort: %d
          LocalMSPDir: %s
          LocalMSPID: OrdererMSP
          TLS:
            Enabled: true
            PrivateKey: %s
            Certificate: %s
            RootCAs: [%s]
        FileLedger:
          Location: %s
        Admin:
          ListenAddress: 127.0.0.1:%d
        Operations:
          ListenAddress: 127.0.0.1:%d
        Metrics:
          Provider: prometheus
        ChannelParticipation:
          Enabled: true
        """
            .formatted(
                node.port,
                crypto.resolve("msp"),
                crypto.resolve("tls/server.key"),
                crypto.resolve("tls/server.crt"),
                crypto.resolve("tls/ca.crt"),
                node.home.resolve("data"),
                node.admin,
                node.operations));
  }

  /// Starts an orderer and waits until it serves.
  void start(int number) throws Exception {
    launch(number);
    awaitServing(number);
  }

  void startAll() throws Exception {
    for (int i = 0; i < size(); i++) {
      launch(i);
    }
    for (int i = 0; i < size(); i++) {
      awaitServing(i);
    }
  }

  private void launch(int number) throws IOException {
    Node node = nodes.get(number);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                OrdererMain.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(node.home.resolve("log").toFile()));
    builder.environment().put("FABRIC_CFG_PATH", node.home.toString());
    node.process = builder.start();
  }

  private void awaitServing(int number) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Node node = nodes.get(number);
    while (get(number, "/healthz").isEmpty()) {
      boolean ended = node.running().waitFor(50, TimeUnit.MILLISECONDS);
      assertThat(ended).as(() -> "orderer ended: " + log(number)).isFalse();
      assertThat(System.nanoTime()).as(() -> log(number)).isLessThan(deadline);
    }
  }

  private String log(int number) {
    try {
      return Files.readString(nodes.get(number).home.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  void joinAll() throws Exception {
    for (Node node : nodes) {
      try (var client = new ParticipationClient("127.0.0.1:" + node.admin, Optional.empty())) {
        awaitJoined(client);
      }
    }
  }

  private void awaitJoined(ParticipationClient client) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        // 405 says that an earlier attempt, of which no answer came in time, did it.
        assertThat(client.join(genesis.toByteString()).status()).isIn(201, 405);
        return;
      } catch (IOException e) {
        assertThat(System.nanoTime()).as("%s", e).isLessThan(deadline);
      }
    }
  }

  /// Which orderer leads by its own account, once one does.
  int awaitLeader() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      OptionalInt leader = leader();
      if (leader.isPresent()) {
        return leader.getAsInt();
      }
      assertThat(System.nanoTime()).as("no orderer leads").isLessThan(deadline);
    }
  }

  private OptionalInt leader() throws Exception {
    for (int i = 0; i < size(); i++) {
      Optional<String> metrics = get(i, "/metrics");
      if (metrics.isPresent()
          && metrics
              .get()
              .lines()
              .anyMatch(line ->
                  line.startsWith("consensus_etcdraft_is_leader{")
                      && line.matches(".*} 1(\\.0)?"))) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private Optional<String> get(int number, String path) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + nodes.get(number).operations + path);
    try {
      return Optional.of(
          HTTP.send(
                  HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(1)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// SIGKILL.
  void kill(int number) throws InterruptedException {
    nodes.get(number).running().destroyForcibly().waitFor();
  }

  /// SIGSTOP.
  void pause(int number) throws Exception {
    signal(number, "-STOP");
  }

  /// SIGCONT.
  void resume(int number) throws Exception {
    signal(number, "-CONT");
  }

  private void signal(int number, String signal) throws Exception {
    String pid = Long.toString(nodes.get(number).running().pid());
    assertThat(new ProcessBuilder("kill", signal, pid).start().waitFor()).isZero();
  }

  /// Nobody reaches this orderer's cluster service any more.
  void cut(int number) {
    nodes.get(number).proxy.cut();
  }

  void mend(int number) {
    nodes.get(number).proxy.mend();
  }

  /// Waits until all have as many blocks, then stops them and reads these.
  List<List<Block>> stopWithEqualHeights() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<String> heights = new ArrayList<>();
      for (int i = 0; i < size(); i++) {
        heights.add(
            get(i, "/metrics")
                .orElse("none of " + i)
                .lines()
                .filter(line -> line.startsWith("consensus_etcdraft_committed_block_number{"))
                .findFirst()
                .orElse("none of " + i));
      }
      if (Set.copyOf(heights).size() == 1) {
        break;
      }
      assertThat(System.nanoTime()).as("heights %s", heights).isLessThan(deadline);
    }
    List<List<Block>> chains = new ArrayList<>();
    for (Node node : nodes) {
      node.running().destroy();
      node.running().waitFor();
      Path data = node.home.resolve("data");
      try (BlockStore store =
          BlockStore.open(data.resolve("chains/" + CHANNEL), data.resolve("index/" + CHANNEL))) {
        List<Block> blocks = new ArrayList<>();
        for (long number = 0; number < store.height(); number++) {
          blocks.add(store.blockByNumber(number).orElseThrow());
        }
        chains.add(blocks);
      }
    }
    return chains;
  }

  @Override
  public void close() throws InterruptedException {
    for (Node node : nodes) {
      node.proxy.close();
      if (node.process != null) {
        node.process.destroyForcibly().waitFor();
      }
    }
  }

  private ProfileSpec profile() {
    List<ProfileSpec.RaftConsenter> consenters = new ArrayList<>();
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      Path certificate = crypto(i).resolve("tls/server.crt");
      consenters.add(
          new ProfileSpec.RaftConsenter(
              "127.0.0.1", nodes.get(i).proxy.port(), certificate, certificate));
      endpoints.add(address(i));
    }
    var options = ProfileSpec.Raft.CUSTOMARY_OPTIONS.toBuilder().setTickInterval("100ms").build();
    var orderer =
        new ProfileSpec.Orderer(
            new ProfileSpec.Raft(consenters, options),
            new ProfileSpec.Batch(Duration.ofMillis(20), new BatchSize(10, 10 << 20, 1 << 20)),
            List.of(),
            0,
            List.of(
                organization(
                    "OrdererOrg", "OrdererMSP", "ordererOrganizations/example.com", endpoints)),
            Set.of("V2_0"),
            ProfileSpec.Orderer.customaryPolicies());
    var application =
        new ProfileSpec.Application(
            List.of(
                organization("Org1", "Org1MSP", "peerOrganizations/org1.example.com", List.of())),
            Set.of("V2_5"),
            ProfileSpec.PolicyRule.ofLevel(),
            Map.of());
    return ProfileSpec.of(orderer, application, Set.of("V2_0"));
  }

  private ProfileSpec.Organization organization(
      String name, String mspId, String path, List<String> endpoints) {
    var member = ProfileSpec.PolicyRule.signature("OR('" + mspId + ".member')");
    return new ProfileSpec.Organization(
        name,
        mspId,
        folder.resolve(path).resolve("msp"),
        Map.of("Readers", member, "Writers", member, "Admins", member),
        List.of(),
        endpoints,
        false);
  }
}
