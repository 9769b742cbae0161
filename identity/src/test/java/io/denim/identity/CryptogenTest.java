package io.denim.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.identity.Cryptogen.NodeSpec;
import io.denim.identity.Cryptogen.OrganizationSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CryptogenTest {
  private static final Clock CLOCK = Clock.systemUTC();
  private final SignatureVerifier verifier = SignatureVerifier.create();
  @TempDir private Path directory;

  @Test
  void anOrganizationHasTheFilesThatCryptogenMakes() throws Exception {
    OrganizationSpec org1 =
        new OrganizationSpec(
            "Org1", "org1.example.com", true, List.of(new NodeSpec("peer0", List.of())), 1);
    Cryptogen.generate(directory, List.of(org1), List.of(), CLOCK);
    assertThat(files(directory.resolve("peerOrganizations/org1.example.com")))
        .containsExactly(
            "ca/ca.org1.example.com-cert.pem",
            "ca/priv_sk",
            "msp/cacerts/ca.org1.example.com-cert.pem",
            "msp/config.yaml",
            "msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "peers/peer0.org1.example.com/msp/cacerts/ca.org1.example.com-cert.pem",
            "peers/peer0.org1.example.com/msp/config.yaml",
            "peers/peer0.org1.example.com/msp/keystore/priv_sk",
            "peers/peer0.org1.example.com/msp/signcerts/peer0.org1.example.com-cert.pem",
            "peers/peer0.org1.example.com/msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "peers/peer0.org1.example.com/tls/ca.crt",
            "peers/peer0.org1.example.com/tls/server.crt",
            "peers/peer0.org1.example.com/tls/server.key",
            "tlsca/priv_sk",
            "tlsca/tlsca.org1.example.com-cert.pem",
            "users/Admin@org1.example.com/msp/cacerts/ca.org1.example.com-cert.pem",
            "users/Admin@org1.example.com/msp/config.yaml",
            "users/Admin@org1.example.com/msp/keystore/priv_sk",
            "users/Admin@org1.example.com/msp/signcerts/Admin@org1.example.com-cert.pem",
            "users/Admin@org1.example.com/msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "users/Admin@org1.example.com/tls/ca.crt",
            "users/Admin@org1.example.com/tls/client.crt",
            "users/Admin@org1.example.com/tls/client.key",
            "users/User1@org1.example.com/msp/cacerts/ca.org1.example.com-cert.pem",
            "users/User1@org1.example.com/msp/config.yaml",
            "users/User1@org1.example.com/msp/keystore/priv_sk",
            "users/User1@org1.example.com/msp/signcerts/User1@org1.example.com-cert.pem",
            "users/User1@org1.example.com/msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "users/User1@org1.example.com/tls/ca.crt",
            "users/User1@org1.example.com/tls/client.crt",
            "users/User1@org1.example.com/tls/client.key");
  }

  @Test
  void keysAreTheOwnersAlone() throws Exception {
    Cryptogen.generate(
        directory,
        List.of(),
        List.of(OrganizationSpec.of("Orderer", "example.com", "orderer", 1, 0)),
        CLOCK);
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> keys = walk.filter(file -> file.toString().matches(".*(priv_sk|\\.key)")).toList();
      assertThat(keys).hasSize(6);
      for (Path key : keys) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void membersSignAndHaveTheirRoles() throws Exception {
    Cryptogen.generate(
        directory,
        List.of(OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 1)),
        List.of(),
        CLOCK);
    Path organization = directory.resolve("peerOrganizations/org1.example.com");
    LocalMsp peer = load(organization.resolve("peers/peer0.org1.example.com/msp"));
    LocalMsp admin = load(organization.resolve("users/Admin@org1.example.com/msp"));
    MspManager msps =
        MspManager.of(
            List.of(
                Msp.of(
                    LocalMsp.verifyingConfig(organization.resolve("msp"), "Org1MSP"),
                    MspVersion.V1_4_3,
                    SignatureVerifier.create())));
    Identity peerIdentity = accepted(msps, peer);
    assertThat(peerIdentity.satisfies(role(MSPRole.MSPRoleType.PEER)).matches()).isTrue();
    assertThat(peerIdentity.satisfies(role(MSPRole.MSPRoleType.MEMBER)).matches()).isTrue();
    assertThat(peerIdentity.satisfies(role(MSPRole.MSPRoleType.ADMIN)).matches()).isFalse();
    assertThat(accepted(msps, admin).satisfies(role(MSPRole.MSPRoleType.ADMIN)).matches()).isTrue();
    ByteString message = ByteString.copyFromUtf8("message");
    ByteString signature = peer.signingIdentity().sign(message);
    assertThat(peerIdentity.verify(message, signature)).isTrue();
    assertThat(peerIdentity.verify(ByteString.copyFromUtf8("other"), signature)).isFalse();
    assertThat(accepted(msps, admin).verify(message, signature)).isFalse();
  }

  /// As cryptogen of Fabric v3.1.5 names them for the same configuration.
  @Test
  void theCasPlaceIsEverybodys() throws Exception {
    OrganizationSpec org3 =
        new OrganizationSpec(
            "Org3",
            "org3.example.com",
            true,
            List.of(new NodeSpec("peer0", List.of())),
            0,
            "ca.org3.example.com",
            new Place("DE", "Bayern", "Fürth", "Ops", "Weg 1", "90762"));
    Cryptogen.generate(directory, List.of(org3), List.of(), CLOCK);
    Path organization = directory.resolve("peerOrganizations/org3.example.com");
    String place = "C=DE, ST=Bayern, L=Fürth, STREET=Weg 1, OID.2.5.4.17=90762, ";
    assertThat(subject(organization.resolve("ca/ca.org3.example.com-cert.pem")))
        .isEqualTo(reversed(place + "O=org3.example.com, OU=Ops, CN=ca.org3.example.com"));
    assertThat(
            subject(
                organization.resolve(
                    "peers/peer0.org3.example.com/msp/signcerts/peer0.org3.example.com-cert.pem")))
        .isEqualTo(reversed(place + "OU=Ops + OU=peer, CN=peer0.org3.example.com"));
    LocalMsp peer = load(organization.resolve("peers/peer0.org3.example.com/msp"));
    assertThat(peer.signingIdentity().identity().certificate().organizationalUnits())
        .containsExactlyInAnyOrder("Ops", "peer");
  }

  private static String subject(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return ((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in))
          .getSubjectX500Principal()
          .toString();
    }
  }

  /// Java writes the last part of a name first.
  private static String reversed(String name) {
    return String.join(", ", List.of(name.split(", ")).reversed());
  }

  @Test
  void withoutUnitsTheAdministratorIsNamed() throws Exception {
    OrganizationSpec org2 =
        new OrganizationSpec(
            "Org2", "org2.example.com", false, List.of(new NodeSpec("peer0", List.of())), 0);
    Cryptogen.generate(directory, List.of(org2), List.of(), CLOCK);
    Path organization = directory.resolve("peerOrganizations/org2.example.com");
    assertThat(files(organization))
        .contains(
            "msp/admincerts/Admin@org2.example.com-cert.pem",
            "peers/peer0.org2.example.com/msp/admincerts/Admin@org2.example.com-cert.pem")
        .doesNotContain("msp/config.yaml");
    LocalMsp admin = load(organization.resolve("users/Admin@org2.example.com/msp"));
    Msp msp =
        Msp.of(
            LocalMsp.verifyingConfig(organization.resolve("msp"), "Org1MSP"),
            MspVersion.V1_4_3,
            verifier);
    Identity identity = accepted(MspManager.of(List.of(msp)), admin);
    assertThat(identity.satisfies(role(MSPRole.MSPRoleType.ADMIN)).matches()).isTrue();
  }

  @Test
  void tlsCertificatesChainToTheTlsCa() throws Exception {
    Cryptogen.generate(
        directory,
        List.of(OrganizationSpec.of("Org1", "org1.example.com", "peer", 1, 0)),
        List.of(),
        CLOCK);
    Path tls =
        directory.resolve("peerOrganizations/org1.example.com/peers/peer0.org1.example.com/tls");
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    X509Certificate server = read(factory, tls.resolve("server.crt"));
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(read(factory, tls.resolve("ca.crt")), null)));
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(factory.generateCertPath(List.of(server)), parameters);
    assertThat(server.getSubjectAlternativeNames().stream().map(name -> name.get(1).toString()))
        .contains("peer0.org1.example.com", "peer0", "localhost", "127.0.0.1");
  }

  private static X509Certificate read(CertificateFactory factory, Path file) throws Exception {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) factory.generateCertificate(in);
    }
  }

  private LocalMsp load(Path msp) throws MspConfigException {
    return LocalMsp.load(msp, "Org1MSP", verifier, CLOCK);
  }

  private static Identity accepted(MspManager msps, LocalMsp member) {
    return switch (msps.identity(member.signingIdentity().serialized())) {
      case IdentityOutcome.Accepted(Identity identity) -> identity;
      case IdentityOutcome.Refused refused -> throw new AssertionError(refused.toString());
    };
  }

  private static MSPPrincipal role(MSPRole.MSPRoleType role) {
    return MSPPrincipal.newBuilder()
        .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
        .setPrincipal(
            MSPRole.newBuilder().setMspIdentifier("Org1MSP").setRole(role).build().toByteString())
        .build();
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
