package io.denim.testnet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A JUnit extension that gives tests a network: real peers and orderers in this JVM, on free
/// ports, with all of their data in a temporary folder.
///
/// ```java
/// @RegisterExtension static final DenimNetwork NETWORK = DenimNetwork.shared();
///
/// @Test
/// void anAssetIsCreated() throws Exception {
///   NetworkPeer peer = NETWORK.running().peer("Org1");
///   NetworkUser user = NETWORK.running().user("Org1", "User1");
///   ...
/// }
/// ```
///
/// Belongs in a static field. One field is used by the test class that declares it, and in it by
/// any thread.
public final class DenimNetwork implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(DenimNetwork.class);

  private final NetworkSpec spec;
  private final boolean shared;
  private volatile @Nullable RunningNetwork running;

  private DenimNetwork(NetworkSpec spec, boolean shared) {
    this.spec = spec;
    this.shared = shared;
  }

  /// The network that all test classes of this JVM share; it starts when the first of them begins,
  /// and stops after the last test of all.
  public static DenimNetwork shared() {
    return new DenimNetwork(NetworkSpec.forTests(), true);
  }

  /// A network of a test class's own.
  public static DenimNetwork of(NetworkSpec spec) {
    return new DenimNetwork(spec, false);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    ExtensionContext owner = shared ? context.getRoot() : context;
    Object key = shared ? spec : this;
    running =
        owner
            .getStore(NAMESPACE)
            .computeIfAbsent(key, unused -> RunningNetwork.start(spec), RunningNetwork.class);
  }

  /// Forgets the network; the store that holds it closes it.
  @Override
  public void afterAll(ExtensionContext context) {
    running = null;
  }

  /// The network.
  ///
  /// @throws IllegalStateException outside the tests of the class that declares this extension
  public RunningNetwork running() {
    RunningNetwork network = running;
    if (network == null) {
      throw new IllegalStateException(
          "the network runs only during the tests of a class that registers it in a static field"
              + " with @RegisterExtension");
    }
    return network;
  }
}
