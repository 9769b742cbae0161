package io.denim.node;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process of a node that serves until it is told to stop: SIGTERM and SIGINT close it and end
/// the process with status 0, SIGUSR1 writes what its threads do to the log (fabric v3.1.5
/// internal/peer/node/start.go, orderer/common/server/main.go).
public final class NodeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

  private NodeProcess() {}

  /// Waits until the process ends.
  ///
  /// @param close run once, before the process ends in any way but by force
  public static void serve(Runnable close) throws InterruptedException {
    Signals.answer("USR1", ThreadDump::write);
    CountDownLatch stopped = new CountDownLatch(1);
    Runnable shutdown =
        () -> {
          close.run();
          stopped.countDown();
        };
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(shutdown, "shutdown"));
    } catch (IllegalStateException e) {
      shutdown.run(); // told to stop while it started
    }
    endOn("TERM", "15 (terminated)");
    endOn("INT", "2 (interrupt)");
    stopped.await();
  }

  private static void endOn(String signal, String shown) {
    Signals.answer(
        signal,
        () -> {
          LOG.info("Received signal: {}", shown);
          System.exit(0);
        });
  }
}
