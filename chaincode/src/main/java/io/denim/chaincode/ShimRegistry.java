package io.denim.chaincode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which chaincodes are connected and which are being started, by package id (fabric v3.1.5
/// core/chaincode/handler_registry.go). Safe for use by any thread; its own lock guards both maps.
final class ShimRegistry {
  private final boolean unsolicitedAllowed;
  private final Map<String, ShimConnection> connections = new HashMap<>();
  private final Map<String, LaunchState> launches = new HashMap<>();

  /// A start, and whether the caller is the one to do it.
  record Launch(LaunchState state, boolean mine) {}

  /// @param unsolicitedAllowed whether chaincodes that nobody here started may register
  ShimRegistry(boolean unsolicitedAllowed) {
    this.unsolicitedAllowed = unsolicitedAllowed;
  }

  synchronized @Nullable ShimConnection connection(String packageId) {
    return connections.get(packageId);
  }

  synchronized Launch launch(String packageId) {
    LaunchState state = launches.get(packageId);
    if (state != null) {
      return new Launch(state, false);
    }
    state = new LaunchState();
    if (connections.containsKey(packageId)) {
      state.ready(); // it came by itself
      return new Launch(state, false);
    }
    launches.put(packageId, state);
    return new Launch(state, true);
  }

  /// Why the connection may not serve its package id, empty if from now on it does.
  synchronized Optional<String> register(ShimConnection connection) {
    String packageId = connection.packageId();
    if (connections.containsKey(packageId)) {
      return Optional.of("duplicate chaincodeID: " + packageId);
    }
    if (!launches.containsKey(packageId) && !unsolicitedAllowed) {
      return Optional.of(
          "peer will not accept external chaincode connection "
              + packageId
              + " (except in dev mode)");
    }
    connections.put(packageId, connection);
    return Optional.empty();
  }

  synchronized void ready(ShimConnection connection) {
    LaunchState state = launches.get(connection.packageId());
    if (state != null) {
      state.ready();
    }
  }

  /// Forgets a connection that has ended, so that the next transaction starts the chaincode anew.
  synchronized void deregister(ShimConnection connection) {
    String packageId = connection.packageId();
    if (connections.remove(packageId, connection)) {
      LaunchState state = launches.remove(packageId);
      if (state != null) {
        state.streamEnded();
      }
    }
  }

  /// Forgets a start that failed.
  synchronized void launchFailed(String packageId, LaunchState state) {
    launches.remove(packageId, state);
  }

  synchronized List<ShimConnection> connections() {
    return List.copyOf(connections.values());
  }
}
