package io.denim.order.etcdraft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Channels of one to five orderers under everything that may fail: see {@link RaftSimulation} for
/// the faults and {@link SimulationInvariants} for what must hold. `./denim sim raft` runs more,
/// and shows what happened under a seed.
class RaftSimulationTest {
  @TempDir Path folder;

  @Test
  void channelsKeepTheirPromisesUnderFaults() throws Exception {
    assertThat(acknowledged(1, 100)).as("envelopes acknowledged under faults").isGreaterThan(5_000);
  }

  @Test
  @Tag("long")
  void channelsKeepTheirPromisesOverManySeeds() throws Exception {
    assertThat(acknowledged(101, 5_000)).isGreaterThan(250_000);
  }

  private long acknowledged(long from, long seeds) throws Exception {
    var shared = new RaftSimulation.Shared(folder);
    long acknowledged = 0;
    for (long seed = from; seed < from + seeds; seed++) {
      try {
        acknowledged += shared.run(seed, line -> {}).acknowledged();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    return acknowledged;
  }
}
