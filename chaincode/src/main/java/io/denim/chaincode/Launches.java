package io.denim.chaincode;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts chaincodes once, however many transactions ask for them at the same time (fabric v3.1.5
/// core/chaincode/runtime_launcher.go). Each running chaincode has a virtual thread that stays with
/// it until it ends.
final class Launches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode");

  private final ShimRegistry registry;
  private final ChaincodeStarter starter;
  private final Duration startupTimeout;
  private final ChaincodeMetrics metrics;
  private final ShimHost host;

  Launches(
      ShimRegistry registry,
      ChaincodeStarter starter,
      Duration startupTimeout,
      ChaincodeMetrics metrics,
      Connector connector) {
    this.metrics = metrics;
    this.registry = registry;
    this.starter = starter;
    this.startupTimeout = startupTimeout;
    this.host = new ShimHost(connector);
  }

  /// The package's connection, started if there is none.
  ///
  /// @throws InvocationException if it cannot be started in time
  ShimConnection ready(String packageId) throws InvocationException {
    ShimConnection connection = registry.connection(packageId);
    if (connection != null && connection.isReady()) {
      return connection;
    }
    ShimRegistry.Launch launch = registry.launch(packageId);
    if (launch.mine()) {
      Thread.ofVirtual().name("chaincode-" + packageId).start(() -> run(packageId, launch.state()));
    }
    long start = System.nanoTime();
    await(packageId, launch, start);
    if (launch.mine()) {
      metrics.launched(packageId, true, start);
    }
    connection = registry.connection(packageId);
    if (connection == null) {
      throw new InvocationException(
          "claimed to start chaincode container for " + packageId + " but could not find handler");
    }
    return connection;
  }

  @Override
  public void close() {
    starter.close();
  }

  private void await(String packageId, ShimRegistry.Launch launch, long start)
      throws InvocationException {
    String failure;
    try {
      if (!launch.state().await(Deadline.in(startupTimeout))) {
        metrics.launchTimedOut(packageId);
        launch
            .state()
            .failed("timeout expired while starting chaincode " + packageId + " for transaction");
      }
      failure = launch.state().failure();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted while starting";
    }
    if (failure != null) {
      registry.launchFailed(packageId, launch.state());
      if (launch.mine()) {
        metrics.launched(packageId, false, start);
      }
      throw new InvocationException("could not launch chaincode " + packageId + ": " + failure);
    }
  }

  private void run(String packageId, LaunchState state) {
    String end;
    state.runBy(Thread.currentThread());
    try {
      starter.build(packageId);
      end = "chaincode registration failed: " + starter.run(packageId, host);
    } catch (LaunchException e) {
      end = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      end = "its stream ended";
    } catch (RuntimeException e) {
      LOG.error("starting chaincode {} failed unexpectedly", packageId, e);
      end = "unexpected " + e;
    }
    LOG.info("Chaincode {} is not running any more: {}", packageId, firstLine(end));
    state.failed(end);
    registry.launchFailed(packageId, state);
  }

  /// Without the chaincode's last words, which the log has already.
  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
