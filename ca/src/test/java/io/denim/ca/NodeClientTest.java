package io.denim.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.identity.Certificate;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The older Node SDK's client of the CA, where npm is at hand. The program is in
/// `testdata/clients/node-ca`.
@Timeout(300)
class NodeClientTest {
  private static final int PATIENCE_SECONDS = 240;

  @TempDir private Path server;
  @TempDir private Path folder;

  @Test
  void enrollsRegistersAndRevokes() throws Exception {
    requireNpm();
    Path source = Path.of(System.getProperty("denim.testdata"), "clients", "node-ca");
    for (String name : List.of("package.json", "client.js")) {
      Files.copy(source.resolve(name), folder.resolve(name));
    }
    int installed =
        run(
            "",
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--ignore-scripts");
    assumeThat(installed).as("npm cannot install fabric-ca-client").isZero();
    try (CaRig rig = CaRig.start(server)) {
      int status = run("https://localhost:" + rig.port(), "node", "client.js");
      assertThat(status).as(Files.readString(folder.resolve("errors.txt"))).isZero();
      check(CaRig.JSON.readTree(folder.resolve("output.txt").toFile()), rig);
    }
  }

  private static void check(JsonNode seen, CaRig rig) {
    Certificate certificate =
        Certificate.ofPem(ByteString.copyFromUtf8(seen.path("certificate").asText()));
    assertThat(certificate.refusalBy(rig.issuer().certificate())).isEmpty();
    assertThat(certificate.organizationalUnits())
        .containsExactlyInAnyOrder("client", "org1", "department1");
    assertThat(seen.path("root").asText())
        .isEqualTo(rig.issuer().certificate().pem().toStringUtf8());
    assertThat(seen.path("attributes"))
        .map(JsonNode::asText)
        .containsExactly("color", "hf.Affiliation", "hf.EnrollmentID", "hf.Type");
    assertThat(seen.path("identities"))
        .map(JsonNode::asText)
        .containsExactly("admin ", "appUser org2");
    assertThat(seen.path("affiliation").asText()).isEqualTo("org7.a");
    assertThat(seen.path("certificates").asInt()).isEqualTo(2);
    assertThat(seen.path("revoked").asInt()).isEqualTo(2);
    assertThat(seen.path("list").asText()).startsWith("-----BEGIN X509 CRL");
    assertThat(seen.path("refusal").asText()).contains("Authentication failure");
  }

  private static void requireNpm() {
    boolean there =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "npm")));
    assumeThat(there).as("npm is not in PATH").isTrue();
  }

  private int run(String url, String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .directory(folder.toFile())
            .redirectError(folder.resolve("errors.txt").toFile())
            .redirectOutput(folder.resolve("output.txt").toFile());
    builder.environment().put("CA_URL", url);
    builder.environment().put("CA_ROOT", server.resolve("ca-cert.pem").toString());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as(String.join(" ", command) + " ends").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
