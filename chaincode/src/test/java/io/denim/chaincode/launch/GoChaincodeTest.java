package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.denim.chaincode.ChaincodeOutcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A Go chaincode on Fabric's Go shim, compiled and started as a local process, and as a server.
/// Skipped where there is no Go, or its modules cannot be had.
@Timeout(180)
class GoChaincodeTest {
  private static final Path SOURCE =
      Path.of(System.getProperty("denim.testdata"), "chaincode", "go");

  @TempDir Path folder;

  @BeforeEach
  void needsGo() throws Exception {
    Optional<Path> go = Processes.programs("go");
    assumeThat(go).as("go is not in PATH").isPresent();
    Process modules =
        new ProcessBuilder(go.get().toString(), "mod", "download")
            .directory(SOURCE.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean loaded = modules.waitFor(60, TimeUnit.SECONDS) && modules.exitValue() == 0;
    modules.destroyForcibly();
    assumeThat(loaded).as("Go modules cannot be loaded here").isTrue();
  }

  @Test
  void goChaincodeIsBuiltAndRuns() throws Exception {
    try (TestPeer peer = new TestPeer(folder, true, List.of())) {
      peer.install(SOURCE, "golang", "kv");
      everyRequest(peer, "kv");

      assertThat(((ChaincodeOutcome.Failed) peer.execute("t90", "kv", "die")).reason())
          .isEqualTo(
              "failed to execute transaction t90: error sending: chaincode stream terminated");
      assertThat(peer.answer("t91", "kv", "get", "a")).as("started anew").isEqualTo("1");
    }
  }

  @Test
  void goChaincodeRunsAsAServerInASandbox() throws Exception {
    try (TestPeer peer =
        new TestPeer(folder, false, List.of(), new LaunchSettings.Isolation(true, 512 << 20))) {
      peer.install(SOURCE, "golang", "kv");
      assertThat(peer.answer("t1", "kv", "range", "a", "b")).isEmpty();

      Path program = program(folder);
      int port = TestPeer.freePort();
      Path source = Files.createDirectory(folder.resolve("server"));
      Files.writeString(
          source.resolve("connection.json"),
          "{\"address\":\"127.0.0.1:" + port + "\",\"dial_timeout\":\"10s\"}");
      String packageId = peer.install(source, "ccaas", "served");
      ProcessBuilder builder = new ProcessBuilder(program.toString());
      builder.environment().put("CHAINCODE_SERVER_ADDRESS", "127.0.0.1:" + port);
      builder.environment().put("CHAINCODE_ID", packageId);
      Process server =
          builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      try {
        everyRequest(peer, "served");
        assertThat(peer.answer("t80", "served", "call", "kv", "get", "x")).isEqualTo("from kv");
      } finally {
        server.destroyForcibly().waitFor();
      }
    }
  }

  private static void everyRequest(TestPeer peer, String chaincode) {
    for (int i = 0; i < 120; i++) {
      peer.ports.ledger.with(chaincode + "/r%03d".formatted(i), "v");
    }
    peer.ports.ledger.with(chaincode + "/a", "1").with(chaincode + "/b", "2");
    peer.ports.ledger.with("kv/x", "from kv");
    assertThat(peer.answer("t1", chaincode, "get", "a")).isEqualTo("1");
    assertThat(peer.answer("t2", chaincode, "get", "none")).isEmpty();
    assertThat(peer.answer("t3", chaincode, "getmany", "a", "none", "b")).isEqualTo("1,,2");
    peer.answer("t4", chaincode, "put", "p", "4");
    assertThat(peer.ports.ledger.written(chaincode + "/p")).isEqualTo("4");
    peer.answer("t5", chaincode, "batch", "b1", "b2");
    assertThat(peer.ports.ledger.written(chaincode + "/b2")).isEqualTo("batched");
    assertThat(peer.answer("t6", chaincode, "range", "r", "s").split(",")).hasSize(120);
    assertThat(peer.answer("t7", chaincode, "history", "a")).isEqualTo("1");
    peer.answer("t8", chaincode, "pput", "coll", "k", "secret");
    assertThat(peer.ports.ledger.written(chaincode + "/coll/k")).isEqualTo("secret");
    ChaincodeOutcome.Responded query =
        (ChaincodeOutcome.Responded) peer.execute("t9", chaincode, "query", "{}");
    assertThat(query.response().getMessage()).contains("ExecuteQuery not supported for leveldb");
    ChaincodeOutcome.Responded event =
        (ChaincodeOutcome.Responded) peer.execute("t10", chaincode, "event", "e", "payload");
    assertThat(event.event().orElseThrow().getEventName()).isEqualTo("e");
    assertThat(event.event().orElseThrow().getTxId()).isEqualTo("t10");
  }

  private static Path program(Path folder) throws Exception {
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.endsWith("bld/chaincode")).findFirst().orElseThrow();
    }
  }
}
