package io.denim.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clusters under drops, duplicates, reordering, partitions, crashes that lose unsynced writes,
/// snapshots, transfers and changes of membership: nodes agree, skip nothing, invent nothing and
/// lose nothing that was applied; and they go on once the faults end. A failing seed is printed.
class RaftSimulationTest {
  private static final int STEPS = 10_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void nodesAgreeWhateverHappens(int size) {
    int agreed = 0;
    for (long seed = 1; seed <= 75; seed++) {
      agreed += run(seed * 31 + size, size, STEPS);
    }
    assertThat(agreed).as("entries agreed on under faults").isGreaterThan(75 * 20);
  }

  @Test
  @Tag("long")
  void nodesAgreeOverManySeeds() {
    for (long seed = 1; seed <= 20_000; seed++) {
      run(seed, (int) (seed % 5) + 1, 10_000);
    }
  }

  private static int run(long seed, int size, int steps) {
    var simulation = new Simulation(seed, size);
    try {
      simulation.run(steps);
      int agreed = simulation.agreedEntries();
      simulation.healAndCommit();
      return agreed;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed + ", " + size + " nodes: " + e.getMessage(), e);
    }
  }
}
