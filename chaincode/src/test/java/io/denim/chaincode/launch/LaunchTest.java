package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeAuthority;
import io.denim.chaincode.ChaincodeOutcome;
import io.denim.chaincode.ChaincodePackager;
import io.denim.chaincode.ChaincodeRuntime;
import io.denim.chaincode.ChaincodeSettings;
import io.denim.chaincode.ChaincodeTesting;
import io.denim.chaincode.PackageStore;
import io.denim.wire.Caller;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Packages started for real, with the shims of Fabric.
@Timeout(120)
class LaunchTest {
  @TempDir Path folder;
  private final ChaincodeTesting ports = new ChaincodeTesting();
  private final ChaincodeAuthority authority = ChaincodeAuthority.create(InstantSource.system());
  private PackageStore store;
  private ChaincodeRuntime runtime;
  private GrpcServer server;

  private void startPeer(boolean tls, List<ExternalBuilder> builders) throws Exception {
    store = PackageStore.open(folder.resolve("lifecycle/chaincodes"));
    int port = freePort();
    LaunchSettings plain =
        LaunchSettings.of(
            folder.resolve("externalbuilder/builds"),
            new LaunchSettings.Peer(
                "127.0.0.1:" + port, "Org1MSP", tls ? Optional.of(authority) : Optional.empty()));
    LaunchSettings settings =
        new LaunchSettings(
            plain.buildFolder(),
            plain.peer(),
            builders,
            plain.buildTimeout(),
            plain.logging(),
            plain.isolation());
    runtime =
        new ChaincodeRuntime(
            ChaincodeSettings.defaults(), ports.ports(), new ChaincodeLauncher(settings, store));
    Optional<ServerTls> serverTls =
        tls ? Optional.of(authority.serverTls(List.of("127.0.0.1"))) : Optional.empty();
    server =
        GrpcServer.start(
            GrpcServer.Settings.of(new InetSocketAddress("127.0.0.1", port), serverTls),
            List.of(runtime.registrationService(tls ? Optional.of(authority) : Optional.empty())),
            List.of(Caller.interceptor()));
  }

  @AfterEach
  void stopPeer() {
    if (runtime != null) {
      runtime.close();
      server.close();
    }
  }

  @Test
  void javaChaincodeRunsOverMutualTls() throws Exception {
    startPeer(true, List.of());
    String packageId = install(basicJar(), "java", "basic_1.0");
    assertThat(runtime.start(packageId)).isEmpty();
    ports.define("basic", packageId);
    ports.ledger.with(
        "basic/asset1",
        "{\"AppraisedValue\":300,\"Color\":\"blue\",\"ID\":\"asset1\",\"Owner\":\"Tomoko\",\"Size\":5}");

    assertThat(payload(execute("t1", "basic", "ReadAsset", "asset1")))
        .isEqualTo(
            "{\"AppraisedValue\":300,\"Color\":\"blue\",\"ID\":\"asset1\",\"Owner\":\"Tomoko\",\"Size\":5}");
    assertThat(payload(execute("t2", "basic", "TransferAsset", "asset1", "Ann")))
        .isEqualTo("Tomoko");
    assertThat(ports.ledger.written("basic/asset1")).contains("\"Owner\":\"Ann\"");
    assertThat(payload(execute("t3", "basic", "GetAllAssets"))).startsWith("[{").endsWith("}]");
    ChaincodeOutcome.Responded refused =
        (ChaincodeOutcome.Responded) execute("t4", "basic", "ReadAsset", "none");
    assertThat(refused.response().getStatus()).isEqualTo(500);
    assertThat(refused.response().getMessage()).isEqualTo("the asset none does not exist");

    long started = System.nanoTime();
    runtime.close();
    System.out.println("stop ms " + (System.nanoTime() - started) / 1_000_000);
    server.close();
    startPeer(true, List.of());
    started = System.nanoTime();
    assertThat(runtime.start(packageId)).isEmpty();
    System.out.println("second start ms " + (System.nanoTime() - started) / 1_000_000);
  }

  private ChaincodeOutcome execute(String txId, String chaincode, String... arguments) {
    return runtime.execute(ChaincodeTesting.invocation(txId, chaincode, arguments), ports.ledger);
  }

  private static String payload(ChaincodeOutcome outcome) {
    assertThat(outcome).isInstanceOf(ChaincodeOutcome.Responded.class);
    ChaincodeOutcome.Responded responded = (ChaincodeOutcome.Responded) outcome;
    assertThat(responded.response().getStatus()).isEqualTo(200);
    return responded.response().getPayload().toStringUtf8();
  }

  private String install(Path source, String type, String label) throws Exception {
    ByteString bytes = ChaincodePackager.pack(source, type, label);
    return store.save(label, bytes);
  }

  /// A folder with the bundled chaincode's jar, which the build makes before this module's tests.
  private Path basicJar() throws IOException {
    Path jar =
        Path.of(System.getProperty("denim.testdata"))
            .resolveSibling("samples/basic/target/chaincode.jar");
    assumeThat(jar).as("the bundled chaincode is not built").exists();
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.copy(jar, source.resolve("chaincode.jar"));
    return source;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
