package io.denim.chaincode.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A Node chaincode on Fabric's Node shim. Fetches the shim from npm's registry, so it runs on
/// request only; skipped where there is no npm.
@Tag("long")
@Timeout(300)
class NodeChaincodeTest {
  @TempDir Path folder;

  @Test
  void nodeChaincodeIsBuiltAndRuns() throws Exception {
    assumeThat(Processes.programs("npm")).as("npm is not in PATH").isPresent();
    Path source = Path.of(System.getProperty("denim.testdata"), "chaincode", "node");
    try (TestPeer peer = new TestPeer(folder, true, List.of())) {
      peer.install(source, "node", "kv");
      peer.ports.ledger.with("kv/a", "1").with("kv/b", "2");
      assertThat(peer.answer("t1", "kv", "get", "a")).isEqualTo("1");
      assertThat(peer.answer("t2", "kv", "range", "a", "c")).isEqualTo("a=1,b=2");
      peer.answer("t3", "kv", "put", "c", "3");
      assertThat(peer.ports.ledger.written("kv/c")).isEqualTo("3");
    }
  }
}
