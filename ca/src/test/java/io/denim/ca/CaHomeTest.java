package io.denim.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.identity.Certificate;
import io.denim.identity.SubjectKey;
import io.denim.node.SettingsException;
import io.denim.wire.SecretFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `fabric-ca-server`'s configuration and what it makes of it.
class CaHomeTest {
  private static final InstantSource CLOCK = () -> CaRig.START;

  @TempDir private Path folder;

  private CaConfiguration configuration(String yaml, Map<String, String> environment)
      throws Exception {
    Path file = folder.resolve("fabric-ca-server-config.yaml");
    Files.writeString(file, yaml);
    return CaConfiguration.read(file, environment);
  }

  private static Certificate certificate(Path file) throws Exception {
    return Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(file)));
  }

  @Test
  void makesARootAndATlsCertificateFromTheDefaultFile() throws Exception {
    CaConfiguration configuration =
        configuration(
            DefaultConfiguration.server("admin", "it's", "host.example.com"),
            Map.of(
                "FABRIC_CA_SERVER_CA_NAME", "ca-org1",
                "FABRIC_CA_SERVER_TLS_ENABLED", "true",
                "FABRIC_CA_SERVER_PORT", "7777"));
    assertThat(configuration.unused().unknown()).isEmpty();
    assertThat(configuration.listen().getPort()).isEqualTo(7777);
    CaHome home = new CaHome(configuration, CLOCK);
    CaSettings settings = home.ready();
    assertThat(home.tls(settings)).isPresent();
    assertThat(settings.name()).isEqualTo("ca-org1");
    assertThat(settings.initial().identities().getFirst().password()).isEqualTo("it's");
    assertThat(settings.initial().affiliations())
        .containsExactly(
            "org1", "org1.department1", "org1.department2", "org2", "org2.department1");
    assertThat(settings.signing().get("ca")).isEqualTo(SigningProfile.intermediate());
    assertThat(settings.signing().get("tls")).isEqualTo(SigningProfile.tls());
    assertThat(settings.signing().get("")).isEqualTo(SigningProfile.enrollment());
    Certificate root = certificate(folder.resolve("ca-cert.pem"));
    assertThat(root.isCa()).isTrue();
    assertThat(root.commonName()).isEqualTo("fabric-ca-server");
    assertThat(root.notAfter()).isAfter(CaRig.START.plus(Duration.ofDays(5400)));
    Certificate tls = certificate(folder.resolve("tls-cert.pem"));
    assertThat(tls.refusalBy(root)).isEmpty();
    assertThat(tls.commonName()).isEqualTo("host.example.com");
    assertThat(new CaHome(configuration, CLOCK).ready()).isEqualTo(settings);
    assertThat(certificate(folder.resolve("ca-cert.pem"))).isEqualTo(root);
    try (Registries registries = new Registries()) {
      Registry registry = registries.at(settings.files().registry());
      assertThat(Ca.open(settings, registry, CLOCK).name()).isEqualTo(settings.name());
    }
  }

  @Test
  void casOfOneServerMayShareARegistryAndThoseOfTwoServersMayNot() throws Exception {
    CaSettings ca =
        new CaHome(
                configuration(DefaultConfiguration.server("admin", "pw", "localhost"), Map.of()),
                CLOCK)
            .ready();
    CaSettings second = new CaSettings("tlsca", ca.files(), ca.rules(), ca.signing(), ca.initial());
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (CaServer server = CaServer.start(anyPort, Optional.empty(), List.of(ca, second), CLOCK);
        Registries others = new Registries()) {
      server.openAll();
      assertThatThrownBy(() -> others.at(ca.files().registry()))
          .hasMessageContaining("is in use by another CA server");
    }
    try (Registries others = new Registries()) {
      assertThat(others.at(ca.files().registry()).identities())
          .extracting(CaIdentity::id)
          .containsExactly("admin");
    }
  }

  @Test
  void readsIdentitiesProfilesAndNestedAffiliations() throws Exception {
    CaConfiguration configuration =
        configuration(
            """
            registry:
              maxenrollments: 5
              identities:
                - name: boss
                  pass: pw
                  type: admin
                  affiliation: a
                  maxenrollments: 2
                  attrs: {role: "chief:ecert", hf.Revoker: true}
            affiliations:
              A:
                b: [c, d]
              e:
            signing:
              default: {usage: [digital signature, key agreement], expiry: 24h}
              profiles:
                short: {expiry: 1h, usage: [client auth]}
            csr:
              keyrequest: {size: 384}
              names: [{C: DE, O: Bank}]
            cfg:
              identities: {allowremove: true}
            """,
            Map.of());
    CaSettings settings = configuration.ca();
    assertThat(settings.initial().identities())
        .containsExactly(
            new CaSettings.Newcomer(
                "boss",
                "pw",
                "admin",
                "a",
                2,
                List.of(
                    new Attribute("role", "chief", true),
                    new Attribute("hf.Revoker", "true", false))));
    assertThat(settings.initial().affiliations())
        .containsExactly("a", "a.b", "a.b.c", "a.b.d", "e");
    assertThat(settings.signing().get("").usages())
        .containsExactly("digital signature", "key agreement");
    assertThat(settings.signing().get("short").lifetime()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.signing().get("tls")).isEqualTo(SigningProfile.tls());
    assertThat(settings.rules().identitiesMayBeRemoved()).isTrue();
    assertThat(settings.rules().maxEnrollments()).isEqualTo(5);
    new CaHome(configuration, CLOCK).ready();
    assertThat(certificate(folder.resolve("ca-cert.pem")).isCa()).isTrue();
  }

  @Test
  void tellsEveryWrongValueAndEveryUnknownKey() throws Exception {
    assertThatThrownBy(() ->
            configuration(
                "port: many\ndb: {type: postgres}\nldap: {enabled: true}\n"
                    + "csr: {keyrequest: {algo: rsa}}\nsigning: {default: {usage: [fun]}}\n",
                Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("many")
        .hasMessageContaining("postgres")
        .hasMessageContaining("LDAP")
        .hasMessageContaining("rsa")
        .hasMessageContaining("fun");
    assertThat(configuration("tls: {enabledd: true}\n", Map.of()).unused().unknown().getFirst())
        .contains("tls.enabledd")
        .contains("did you mean tls.enabled?");
  }

  @Test
  void refusesACertificateThatIsNotItsKeysOrNoCas() throws Exception {
    CaConfiguration configuration =
        configuration(DefaultConfiguration.server("a", "b", "h"), Map.of());
    CaSettings settings = new CaHome(configuration, CLOCK).ready();
    Path other = folder.resolve("other");
    SecretFile.write(other, SubjectKey.generate(256).pem());
    CaSettings.Files files = settings.files();
    assertThatThrownBy(() ->
            Ca.issuer(
                new CaSettings.Files(files.certificate(), other, files.chain(), files.registry())))
        .hasMessageContaining("Invalid certificate and/or key in files");
  }
}
