package io.denim.testnet;

import io.denim.order.etcdraft.RaftSimulation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `denim sim raft`: orders envelopes with one to five simulated Raft orderers a seed, while
/// everything fails that may. A seed that breaks an invariant is run again with a trace.
@Command(
    name = "raft",
    description = "Simulates Raft orderers, one channel a seed; ends with a summary.",
    mixinStandardHelpOptions = true)
final class SimRaftCommand implements Callable<Integer> {
  private static final int TOLD_FAILURES = 5;
  private static final int PROGRESS_EVERY = 1_000;

  @Option(names = "--seeds", description = "How many seeds to run (${DEFAULT-VALUE}).")
  private long seeds = 1_000;

  @Option(names = "--from", description = "The first seed (${DEFAULT-VALUE}).")
  private long from = 1;

  @Option(names = "--trace", description = "Tell what happens.")
  private boolean trace;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("denim-sim");
    try {
      return run(new RaftSimulation.Shared(folder), System.out);
    } finally {
      Trees.delete(folder);
    }
  }

  private int run(RaftSimulation.Shared shared, PrintStream out) {
    long start = System.nanoTime();
    long blocks = 0;
    long acknowledged = 0;
    int failed = 0;
    for (long seed = from; seed < from + seeds; seed++) {
      try {
        RaftSimulation.Outcome outcome = shared.run(seed, trace ? out::println : line -> {});
        blocks += outcome.blocks();
        acknowledged += outcome.acknowledged();
      } catch (AssertionError | RuntimeException e) {
        failed++;
        out.println("seed " + seed + " failed: " + e.getMessage());
        if (failed <= TOLD_FAILURES) {
          tellAgain(shared, seed, out);
        }
      }
      if ((seed - from + 1) % PROGRESS_EVERY == 0) {
        out.println((seed - from + 1) + " seeds, " + failed + " failed");
      }
    }
    out.printf(
        "%d seeds from %d in %.0f s: %d failed; %d blocks, %d envelopes acknowledged%n",
        seeds, from, (System.nanoTime() - start) / 1e9, failed, blocks, acknowledged);
    return failed == 0 ? 0 : 1;
  }

  private static void tellAgain(RaftSimulation.Shared shared, long seed, PrintStream out) {
    try {
      shared.run(seed, out::println);
      out.println("seed " + seed + " went well when it was run again");
    } catch (AssertionError | RuntimeException e) {
      out.println("seed " + seed + ": " + e);
      for (StackTraceElement frame : e.getStackTrace()) {
        out.println("    at " + frame);
      }
    }
  }
}
