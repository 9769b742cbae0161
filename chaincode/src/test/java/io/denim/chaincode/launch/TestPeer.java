package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// What of a peer runs chaincodes, over a simulator in memory.
final class TestPeer implements AutoCloseable {
  final ChaincodeTesting ports = new ChaincodeTesting();
  final ChaincodeRuntime runtime;
  final PackageStore store;
  private final GrpcServer server;

  TestPeer(Path folder, boolean tls, List<ExternalBuilder> builders) throws Exception {
    this(folder, tls, builders, LaunchSettings.Isolation.CUSTOMARY);
  }

  TestPeer(
      Path folder, boolean tls, List<ExternalBuilder> builders, LaunchSettings.Isolation isolation)
      throws Exception {
    Optional<ChaincodeAuthority> authority =
        tls ? Optional.of(ChaincodeAuthority.create(InstantSource.system())) : Optional.empty();
    store = PackageStore.open(folder.resolve("lifecycle/chaincodes"));
    int port = freePort();
    LaunchSettings plain =
        LaunchSettings.of(
            folder.resolve("externalbuilder/builds"),
            new LaunchSettings.Peer("127.0.0.1:" + port, "Org1MSP", authority));
    LaunchSettings settings =
        new LaunchSettings(
            plain.buildFolder(),
            plain.peer(),
            builders,
            plain.buildTimeout(),
            plain.logging(),
            isolation);
    runtime =
        new ChaincodeRuntime(
            ChaincodeSettings.defaults(), ports.ports(), new ChaincodeLauncher(settings, store));
    Optional<ServerTls> serverTls =
        authority.map(known -> known.serverTls(List.of("127.0.0.1", "localhost")));
    server =
        GrpcServer.start(
            GrpcServer.Settings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), serverTls),
            List.of(runtime.registrationService(authority)),
            List.of(Caller.interceptor()));
  }

  String install(Path source, String type, String label) throws Exception {
    String packageId = store.save(label, ChaincodePackager.pack(source, type, label));
    ports.define(label, packageId);
    return packageId;
  }

  ChaincodeOutcome execute(String txId, String chaincode, String... arguments) {
    return runtime.execute(ChaincodeTesting.invocation(txId, chaincode, arguments), ports.ledger);
  }

  /// The payload of a successful answer.
  String answer(String txId, String chaincode, String... arguments) {
    ChaincodeOutcome outcome = execute(txId, chaincode, arguments);
    assertThat(outcome).isInstanceOf(ChaincodeOutcome.Responded.class);
    ChaincodeOutcome.Responded responded = (ChaincodeOutcome.Responded) outcome;
    assertThat(responded.response().getStatus())
        .as(responded.response().getMessage())
        .isEqualTo(200);
    return responded.response().getPayload().toStringUtf8();
  }

  @Override
  public void close() {
    runtime.close();
    server.close();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
