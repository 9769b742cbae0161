package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.node.Logging;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress("127.0.0.1", plan.orderers().getFirst().port()));
      assertThatThrownBy(() -> start(plan, directory))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("Address already in use");
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static void start(NetworkPlan plan, NetworkDirectory directory) throws Exception {
    Network.start(plan, directory, Logging.start(System.getenv(), "error"), step -> {}).close();
  }

  @Test
  void whatOthersMadeIsNeitherUsedNorDeleted() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder);
    NetworkPlan plan = Network.plan(directory, NetworkSpec.forTests());
    Path foreign = Files.createDirectories(directory.organizations()).resolve("ccp-generate.sh");
    Files.writeString(foreign, "somebody's");
    assertThatThrownBy(() -> start(plan, directory))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("organizations is there, but no network of Denim's made it");
    assertThatThrownBy(() -> new CatchupChain(folder).make(new CatchupChain.Size(1, 1)))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("holds files that are not a chain of this benchmark");
    assertThat(foreign).hasContent("somebody's");
  }

  @Test
  void aNetworkIsDeletedWithoutWhatElseIsInItsFolder() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder.resolve("network"));
    NetworkPlan plan = Network.plan(directory, NetworkSpec.forTests());
    Files.createDirectories(directory.root());
    PlanFile.write(directory.plan(), plan);
    new NetworkFiles(plan, directory, InstantSource.system()).create();
    Path notes = Files.writeString(directory.root().resolve("notes.txt"), "somebody's");
    directory.delete();
    assertThat(directory.root()).isDirectoryContaining(notes::equals);
    assertThat(directory.organizations()).doesNotExist();
    Files.delete(notes);
    directory.delete();
    assertThat(directory.root()).doesNotExist();
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
