package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.node.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class NetworkFilesTest {
  @TempDir private Path folder;

  @Test
  void aUsersCertificateIsFoundUnderBothCustomaryNames() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder);
    NetworkPlan plan = Network.plan(directory, NetworkSpec.forTests());
    new NetworkFiles(plan, directory, InstantSource.system()).create();
    NetworkPlan.Organization second = plan.organization("Org2");
    Path certificates = directory.user(second, "User1").resolve("msp/signcerts");
    assertThat(certificates.resolve("cert.pem"))
        .hasSameBinaryContentAs(certificates.resolve("User1@org2.example.com-cert.pem"));
  }

  @Test
  void olderSdksFindAConnectionProfileInBothForms() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder);
    NetworkPlan plan = Network.plan(directory, NetworkSpec.customary());
    new NetworkFiles(plan, directory, InstantSource.system()).create();
    Path home = directory.organization(plan.organization("Org2"));
    JsonNode profile = new ObjectMapper().readTree(home.resolve("connection-org2.json").toFile());
    assertThat(profile.at("/name").asText()).isEqualTo("test-network-org2");
    assertThat(profile.at("/client/organization").asText()).isEqualTo("Org2");
    JsonNode peer = profile.at("/peers").path("peer0.org2.example.com");
    assertThat(peer.path("url").asText()).isEqualTo("grpcs://localhost:9051");
    assertThat(peer.at("/tlsCACerts/pem").asText())
        .isEqualTo(Files.readString(home.resolve("tlsca/tlsca.org2.example.com-cert.pem")));
    JsonNode authority = profile.at("/certificateAuthorities").path("ca.org2.example.com");
    assertThat(authority.path("url").asText()).isEqualTo("https://localhost:8054");
    assertThat(authority.path("caName").asText()).isEqualTo("ca-org2");
    assertThat(authority.at("/tlsCACerts/pem/0").asText()).startsWith("-----BEGIN CERTIFICATE");
    Object yaml =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(home.resolve("connection-org2.yaml")));
    assertThat(new ObjectMapper().<JsonNode>valueToTree(yaml)).isEqualTo(profile);
  }

  @Test
  void aFailedFirstStartLeavesNothingButItsLog() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder);
    NetworkPlan plan = Network.plan(directory, NetworkSpec.forTests());
    assertThat(folder).isEmptyDirectory();
    Files.writeString(folder.resolve("nodes"), "a file where the nodes' folder should be");
    assertThatThrownBy(() ->
            Network.start(plan, directory, Logging.start(System.getenv(), "error"), step -> {}))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("nodes");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPlanIsReadAsItWasWritten() throws Exception {
    NetworkPlan plan =
        PlanFile.draft(new NetworkSpec("other", 3, 2, 3, 7, Duration.ofSeconds(2), false));
    PlanFile.write(folder.resolve("network.json"), plan);
    assertThat(PlanFile.read(folder.resolve("network.json"))).isEqualTo(plan);
  }

  @Test
  void aChannelIsNotCalledWhatFabricRefuses() {
    assertThatThrownBy(() -> new NetworkSpec("My Channel", 2, 1, 1, 5, Duration.ofSeconds(1), true))
        .hasMessageContaining("'My Channel' contains illegal characters");
  }
}
