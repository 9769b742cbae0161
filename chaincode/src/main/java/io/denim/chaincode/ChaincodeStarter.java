package io.denim.chaincode;

/// Starts installed packages, or connects to their servers. Safe for use by any thread.
public interface ChaincodeStarter extends AutoCloseable {
  /// Makes a package ready to be started; called at installation too, so that what cannot be built
  /// fails early. Does nothing if that was done before.
  ///
  /// @throws LaunchException if the package is not installed or cannot be built
  void build(String packageId) throws LaunchException;

  /// Starts the package and stays until it has ended.
  ///
  /// @param host takes the stream, if the peer is the one to dial
  /// @return how it ended, for the log and for transactions that still wait for it
  /// @throws LaunchException if it could not be started
  String run(String packageId, ShimHost host) throws LaunchException, InterruptedException;

  /// Ends everything that was started.
  @Override
  void close();
}
