package io.denim.testnet;

import io.denim.cli.ClientException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the chaincode lies that a new network starts with.
final class BundledChaincode {
  private BundledChaincode() {}

  /// A folder with its jar.
  ///
  /// @throws ClientException if it is not built
  static Path folder() throws ClientException {
    String told = System.getProperty("denim.basic", "samples/basic/target/package");
    Path folder = Path.of(told);
    if (!Files.isDirectory(folder)) {
      throw new ClientException(
          "the bundled chaincode is not built: there is no " + folder.toAbsolutePath());
    }
    return folder;
  }
}
