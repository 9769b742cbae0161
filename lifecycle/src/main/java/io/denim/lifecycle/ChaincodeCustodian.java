package io.denim.lifecycle;

import io.denim.chaincode.ChaincodeRuntime;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts chaincodes as soon as they are installed, defined and approved, so that their first
/// transaction need not wait, and stops those that nothing uses any more (fabric v3.1.5
/// core/chaincode/lifecycle/custodian.go). One virtual thread of its own does one chore after the
/// other; chores that wait are kept once for each package.
public final class ChaincodeCustodian implements LifecycleListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("lifecycle");

  private final ChaincodeRuntime runtime;
  private final Set<Chore> chores = new LinkedHashSet<>(); // guarded by itself
  private final Thread worker;
  private boolean closed; // guarded by chores

  private record Chore(String packageId, boolean start) {}

  public ChaincodeCustodian(ChaincodeRuntime runtime) {
    this.runtime = runtime;
    this.worker = Thread.ofVirtual().name("chaincode-custodian").unstarted(this::work);
  }

  /// Begins with what is told from now on.
  public ChaincodeCustodian start() {
    worker.start();
    return this;
  }

  @Override
  public void chaincodesChanged(String channelId) {
    // what runs depends on packages only
  }

  @Override
  public void runnable(String packageId) {
    add(new Chore(packageId, true));
  }

  @Override
  public void unused(String packageId) {
    add(new Chore(packageId, false));
  }

  @Override
  public void close() {
    synchronized (chores) {
      closed = true;
      chores.notifyAll();
    }
    worker.interrupt();
  }

  private void add(Chore chore) {
    synchronized (chores) {
      chores.remove(new Chore(chore.packageId(), !chore.start()));
      chores.add(chore);
      chores.notifyAll();
    }
  }

  private void work() {
    for (Chore chore = next(); chore != null; chore = next()) {
      if (chore.start()) {
        Optional<String> failure = runtime.start(chore.packageId());
        failure.ifPresent(reason -> LOG.warn("{}", reason));
      } else {
        LOG.info("Chaincode {} is not in use any more", chore.packageId());
        runtime.stop(chore.packageId());
      }
    }
  }

  private @Nullable Chore next() {
    synchronized (chores) {
      try {
        while (chores.isEmpty() && !closed) {
          chores.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
      if (closed) {
        return null;
      }
      Chore first = chores.iterator().next();
      chores.remove(first);
      return first;
    }
  }
}
