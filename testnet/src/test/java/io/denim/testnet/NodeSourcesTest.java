package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.denim.cli.ClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSourcesTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void asksForTypeScriptToBeCompiled() throws IOException {
    Files.writeString(folder.resolve("package.json"), "{\"main\":\"dist/index.js\"}");
    Files.writeString(folder.resolve("tsconfig.json"), "{}");
    assertThatThrownBy(() -> NodeSources.requireMain(folder))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("dist/index.js")
        .hasMessageContaining("npm run build");
  }

  @Test
  void takesWhatHasItsMainModule() throws IOException {
    Files.writeString(folder.resolve("package.json"), "{}");
    Files.writeString(folder.resolve("index.js"), "");
    assertThatCode(() -> NodeSources.requireMain(folder)).doesNotThrowAnyException();
  }
}
