package io.denim.peer;

import io.denim.ledger.CommitSteps.Step;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A process that commits a golden chain and can be told to stand still at a step, to be killed
/// there. It prints `committed HEIGHT` for what it acknowledges, `at STEP` where it stands still,
/// and `end` if it got so far.
final class CrashingPeer {
  private CrashingPeer() {}

  /// @param arguments the chain, the ledger's root, the height to go to, the step and how often it
  ///   is passed before
  public static void main(String[] arguments) throws Exception {
    String step = arguments[3];
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[4]));
    GoldenRun run =
        new GoldenRun(
            Path.of(arguments[0]),
            reached -> standStill(reached, step, left),
            height -> System.out.println("committed " + height));
    run.to(
        Long.parseLong(arguments[2]),
        GoldenRun.options(Path.of(arguments[1])),
        ledger -> System.out.println("end"));
  }

  private static void standStill(Step reached, String step, AtomicInteger left) {
    if (reached.name().equals(step) && left.getAndDecrement() == 0) {
      System.out.println("at " + reached);
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
