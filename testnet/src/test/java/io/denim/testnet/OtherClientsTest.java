package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Fabric's clients in other languages, where their tools and packages are at hand. The programs
/// are in `testdata/clients`.
@Timeout(300)
class OtherClientsTest {
  @RegisterExtension static final DenimNetwork NETWORK = DenimNetwork.shared();
  private static final int PATIENCE_SECONDS = 240;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @BeforeAll
  static void deploy() throws Exception {
    KeyValuePackage.deploy(NETWORK.running());
  }

  @Test
  void theNodeClientSeesWhatItShould() throws Exception {
    requireProgram("npm");
    copy("node");
    Ended install = run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
    assumeThat(install.status()).as("npm cannot install: " + install.output()).isZero();
    check(run("node", "client.js"), 10);
  }

  @Test
  void theGoClientSeesWhatItShould() throws Exception {
    requireProgram("go");
    copy("go");
    Ended download = run("go", "mod", "download");
    assumeThat(download.status()).as("go cannot download: " + download.output()).isZero();
    assertThat(run("go", "build", "-o", "client", ".")).isEqualTo(new Ended(0, ""));
    check(run(folder.resolve("client").toString()), 10);
  }

  private static void check(Ended client, int aborted) throws IOException {
    assertThat(client.status()).as(client.output()).isZero();
    JsonNode seen = JSON.readTree(client.output());
    assertThat(seen.path("submitted").asText()).isEqualTo("one");
    assertThat(seen.path("evaluated").asText()).isEqualTo("one");
    assertThat(seen.path("result").asText()).isEqualTo("two");
    assertThat(seen.path("valid").asBoolean()).isTrue();
    assertThat(seen.path("events")).map(JsonNode::asText).containsExactly("first", "second");
    assertThat(seen.path("filtered").asBoolean()).isTrue();
    assertThat(seen.path("refusal").path("code").asInt()).isEqualTo(aborted);
    assertThat(seen.path("refusal").path("details"))
        .singleElement()
        .satisfies(detail -> {
          assertThat(detail.path("mspId").asText()).isEqualTo("Org1MSP");
          assertThat(detail.path("address").asText())
              .isEqualTo(NETWORK.running().peer("Org1").address());
          assertThat(detail.path("message").asText())
              .isEqualTo("chaincode response 500, out of paint");
        });
  }

  private static void requireProgram(String name) {
    boolean there =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(each -> Files.isExecutable(Path.of(each, name)));
    assumeThat(there).as(name + " is not in PATH").isTrue();
  }

  private void copy(String language) throws IOException {
    Path source = Path.of(System.getProperty("denim.testdata"), "clients", language);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  private record Ended(int status, String output) {}

  private Ended run(String... command) throws IOException, InterruptedException {
    Path errors = folder.resolve("errors.txt");
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .redirectOutput(output.toFile());
    builder.environment().putAll(NETWORK.running().environment("Org1"));
    builder.environment().put("CHAINCODE_NAME", KeyValuePackage.NAME);
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as(String.join(" ", command) + " ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    int status = process.exitValue();
    return new Ended(status, status == 0 ? Files.readString(output) : Files.readString(errors));
  }
}
