package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.denim.chaincode.ChaincodeOutcome;
import io.denim.chaincode.ChaincodePackager;
import io.denim.chaincode.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The bundled Java chaincode, started for real, on Fabric's Java shim.
@Timeout(120)
class LaunchTest {
  private static final String ASSET =
      "{\"AppraisedValue\":300,\"Color\":\"blue\",\"ID\":\"asset1\",\"Owner\":\"Tomoko\",\"Size\":5}";

  @TempDir Path folder;

  @Test
  void javaChaincodeRunsOverMutualTls() throws Exception {
    Path source = basicJar();
    try (TestPeer peer = new TestPeer(folder, true, List.of())) {
      String packageId = peer.install(source, "java", "basic");
      assertThat(peer.runtime.start(packageId)).isEmpty();
      peer.ports.ledger.with("basic/asset1", ASSET);
      assertThat(peer.answer("t1", "basic", "ReadAsset", "asset1")).isEqualTo(ASSET);
      assertThat(peer.answer("t2", "basic", "TransferAsset", "asset1", "Ann")).isEqualTo("Tomoko");
      assertThat(peer.ports.ledger.written("basic/asset1")).contains("\"Owner\":\"Ann\"");
      assertThat(peer.answer("t3", "basic", "GetAllAssets")).isEqualTo("[" + ASSET + "]");
      assertThat(peer.answer("t4", "basic", "AssetExists", "asset2")).isEqualTo("false");
      ChaincodeOutcome.Responded refused =
          (ChaincodeOutcome.Responded) peer.execute("t5", "basic", "ReadAsset", "none");
      assertThat(refused.response().getStatus()).isEqualTo(500);
      assertThat(refused.response().getMessage()).isEqualTo("the asset none does not exist");
      peer.runtime.stop(packageId);
      assertThat(peer.answer("t6", "basic", "AssetExists", "asset2")).isEqualTo("false");
    }
    try (TestPeer again = new TestPeer(folder, true, List.of())) {
      String packageId = again.store.list().getFirst().packageId();
      assertThat(again.runtime.start(packageId)).as("with the build of before").isEmpty();
    }
  }

  @Test
  void whatCannotBeBuiltSaysWhy() throws Exception {
    try (TestPeer peer = new TestPeer(folder, false, List.of())) {
      Path source = Files.createDirectory(folder.resolve("empty"));
      Files.writeString(source.resolve("README"), "no code");
      String packageId = peer.install(source, "java", "empty");
      assertThat(((ChaincodeOutcome.Failed) peer.execute("t1", "empty", "x")).reason())
          .isEqualTo(
              "failed to execute transaction t1: could not launch chaincode "
                  + packageId
                  + ": neither build.gradle nor pom.xml nor a jar found in chaincode source, don't"
                  + " know how to build chaincode");
      String lost = "lost:" + "00".repeat(32);
      assertThat(peer.runtime.start(lost).orElseThrow())
          .endsWith("chaincode install package '" + lost + "' not found");
    }
  }

  @Test
  void anUnreachableServerIsToldInTime() throws Exception {
    try (TestPeer peer = new TestPeer(folder, false, List.of())) {
      Path source = Files.createDirectory(folder.resolve("server"));
      String address = "127.0.0.1:" + TestPeer.freePort();
      Files.writeString(
          source.resolve("connection.json"),
          "{\"address\":\"" + address + "\",\"dial_timeout\":\"300ms\"}");
      String packageId = peer.install(source, "ccaas", "away");
      assertThat(peer.runtime.start(packageId).orElseThrow())
          .isEqualTo(
              "could not launch chaincode "
                  + packageId
                  + ": connection to "
                  + packageId
                  + " failed: error cannot create connection for "
                  + packageId
                  + ": error creating grpc connection to "
                  + address
                  + ": context deadline exceeded");
    }
  }

  @Test
  void anExternalBuilderBuildsAndRuns() throws Exception {
    Path builder = Files.createDirectories(folder.resolve("builder/bin")).getParent();
    script(builder, "detect", "grep -q '\"type\":\"java\"' \"$2/metadata.json\"");
    script(builder, "build", "cp \"$1/src/chaincode.jar\" \"$3/external.jar\"");
    String here = Path.of("").toAbsolutePath().toString(); // where the peer runs
    script(builder, "release", "test \"$PWD\" = '" + here + "' && mkdir -p \"$2/statedb\"");
    script(
        builder,
        "run",
        "value() { sed -n 's/.*\"'$1'\":\"\\([^\"]*\\)\".*/\\1/p' \"$file\"; }\n"
            + "file=\"$2/chaincode.json\"\n"
            + "export CORE_CHAINCODE_ID_NAME=$(value chaincode_id)\n"
            + "export CORE_PEER_LOCALMSPID=$(value mspid) CORE_PEER_TLS_ENABLED=false\n"
            + "exec "
            + System.getProperty("java.home")
            + "/bin/java -XX:+UseSerialGC -jar \"$1/external.jar\" -a $(value peer_address)");
    Path source = basicJar();
    ExternalBuilder external = new ExternalBuilder("mine", builder, List.of());
    try (TestPeer peer = new TestPeer(folder, false, List.of(external))) {
      peer.install(source, "java", "basic");
      assertThat(peer.answer("t1", "basic", "AssetExists", "a")).isEqualTo("false");
      Path kept = folder.resolve("externalbuilder/builds");
      try (var builds = Files.walk(kept)) {
        assertThat(builds.map(file -> String.valueOf(file.getFileName())))
            .contains("build-info.json", "external.jar", "statedb");
      }
    }
    try (TestPeer without = new TestPeer(folder, false, List.of())) {
      String packageId = without.store.list().getFirst().packageId();
      assertThat(without.runtime.start(packageId).orElseThrow())
          .endsWith(
              "chaincode '"
                  + packageId
                  + "' was already built with builder 'mine', but that builder is no longer"
                  + " available");
    }
  }

  @Test
  void templatesInConnectionsAreFilledIn() throws Exception {
    CcaasBuild build = new CcaasBuild("{\"peername\":\"peer0\"}");
    Path source = Files.createDirectories(folder.resolve("t/source"));
    Path release = folder.resolve("t/release");
    Files.writeString(source.resolve("connection.json"), "{\"address\":\"{{.peername}}_cc:9999\"}");
    var metadata =
        io.denim.chaincode.ChaincodePackage.parse(ChaincodePackager.packServer("a:1", "cc"))
            .metadata();
    build.build(new BuildContext("cc:1", metadata, source, source, folder, release));
    ChaincodeServer server = ChaincodeServer.read(ChaincodeServer.file(release));
    assertThat(server.address()).isEqualTo("peer0_cc:9999");
    assertThat(server.dialTimeout()).hasSeconds(3);
  }

  @Test
  void goDurationsAreUnderstood() throws LaunchException {
    assertThat(GoTime.parse("1m30.5s")).hasMillis(90_500);
    assertThat(GoTime.parse("300ms")).hasMillis(300);
    for (String wrong : List.of("", "10", "s", "1x", "10s ", "99999999999999999999999h")) {
      assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> GoTime.parse(wrong)))
          .as(wrong)
          .isInstanceOf(LaunchException.class);
    }
  }

  private static void script(Path builder, String name, String body) throws IOException {
    Path file = builder.resolve("bin").resolve(name);
    Files.writeString(file, "#!/bin/sh\nset -e\n" + body + "\n");
    Folders.makeExecutable(file);
  }

  /// A folder with the bundled chaincode's jar, which the build makes before this module's tests.
  private Path basicJar() throws IOException {
    Path jar =
        Path.of(System.getProperty("denim.testdata"))
            .resolveSibling("samples/basic/target/package/chaincode.jar");
    assumeThat(jar).as("the bundled chaincode is not built").exists();
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.copy(jar, source.resolve("chaincode.jar"));
    return source;
  }
}
