package io.denim.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.cli.ClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Looks at Node chaincode before it is packed.
final class NodeSources {
  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeSources() {}

  /// Checks that the module that the chaincode starts with is there, which TypeScript must be
  /// compiled for.
  ///
  /// @throws ClientException if it is not, with what to do
  /// @throws IOException if `package.json` cannot be read
  static void requireMain(Path source) throws ClientException, IOException {
    JsonNode description = JSON.readTree(Files.readAllBytes(source.resolve("package.json")));
    String main = description.path("main").asText("index.js");
    if (Files.exists(source.resolve(main)) || Files.exists(source.resolve(main + ".js"))) {
      return;
    }
    boolean typescript = Files.exists(source.resolve("tsconfig.json"));
    throw new ClientException(
        "package.json in "
            + source
            + " names "
            + main
            + " as the chaincode's main module, but there is no such file"
            + (typescript ? "; compile the TypeScript first: npm install && npm run build" : ""));
  }
}
