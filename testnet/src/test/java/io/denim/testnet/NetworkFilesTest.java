package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
