package io.denim.lifecycle;

/// Is told what changes about this peer's chaincodes. Called by the thread that changed it, without
/// locks; must return soon.
public interface LifecycleListener {
  /// What {@link LifecycleCache#chaincodes} says of a channel may be different now.
  void chaincodesChanged(String channelId);

  /// A package is installed, and defined and approved on a channel: it may be started now.
  void runnable(String packageId);

  /// A package serves no chaincode any more: it may be stopped.
  void unused(String packageId);
}
