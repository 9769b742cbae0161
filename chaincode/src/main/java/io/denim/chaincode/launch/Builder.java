package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.nio.file.Path;

/// Turns a package into something that can be run, and says how it is run.
interface Builder {
  /// Kept with the build, so that the same builder runs it later.
  String name();

  boolean detects(BuildContext context) throws InterruptedException;

  /// @throws LaunchException if the package cannot be built; the message holds the end of the
  ///   compiler's output
  void build(BuildContext context) throws LaunchException, InterruptedException;

  /// How a build that is no server is started.
  ///
  /// @param output what was built
  /// @param chaincode how it introduces itself to the peer
  /// @throws LaunchException if it is not complete
  Command command(Path output, ChaincodeEnvironment chaincode) throws LaunchException;
}
