package io.denim.peer;

import io.denim.chaincode.ChaincodeRuntime;
import io.denim.lifecycle.LifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts chaincodes as soon as they can be called, so that no transaction waits for that, and
/// stops those that nothing refers to any more (fabric v3.1.5
/// core/chaincode/lifecycle/custodian.go).
record ChaincodesAhead(ChaincodeRuntime runtime) implements LifecycleListener {
  private static final Logger LOG = LoggerFactory.getLogger(ChaincodesAhead.class);

  @Override
  public void chaincodesChanged(String channelId) {
    LOG.debug("[channel: {}] chaincode definitions changed", channelId);
  }

  @Override
  public void runnable(String packageId) {
    Thread.ofVirtual()
        .name("start-" + packageId)
        .start(() ->
            runtime
                .start(packageId)
                .ifPresent(
                    reason -> LOG.warn("Chaincode {} does not start: {}", packageId, reason)));
  }

  @Override
  public void unused(String packageId) {
    Thread.ofVirtual().name("stop-" + packageId).start(() -> runtime.stop(packageId));
  }
}
