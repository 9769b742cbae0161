package io.denim.ca;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.ca.client.CaClientMain;
import io.denim.identity.Certificate;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `fabric-ca-client` as the scripts of fabric-samples' test-network use it.
class CaClientTest {
  @TempDir private Path server;
  @TempDir private Path home;
  private CaRig rig;
  private String output = "";

  @BeforeEach
  void start() throws Exception {
    rig = CaRig.start(server);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private int run(String... arguments) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--tls.certfiles", server.resolve("ca-cert.pem").toString()));
    Map<String, String> environment =
        Map.of("FABRIC_CA_CLIENT_HOME", home.toString(), "FABRIC_CA_CLIENT_CANAME", "ca-org1");
    int code;
    try (PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
      code = CaClientMain.run(all, environment, out, out);
    }
    output = text.toString(StandardCharsets.UTF_8);
    return code;
  }

  private void succeed(String... arguments) throws Exception {
    assertThat(run(arguments)).as(output).isZero();
  }

  private String url(String login) {
    return "https://" + login + "@localhost:" + rig.port();
  }

  private static Certificate certificate(Path file) throws Exception {
    return Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(file)));
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void makesAnMspDirectoryThatAPeerTakes() throws Exception {
    succeed("enroll", "-u", url("admin:adminpw"));
    succeed("register", "--id.name", "peer0", "--id.secret", "peer0pw", "--id.type", "peer");
    assertThat(output).contains("Password: peer0pw");
    Path msp = home.resolve("peers/peer0/msp");
    succeed("enroll", "-u", url("peer0:peer0pw"), "-M", msp.toString());
    String root = "localhost-" + rig.port() + "-ca-org1.pem";
    assertThat(names(msp.resolve("cacerts"))).containsExactly(root);
    assertThat(names(msp.resolve("signcerts"))).containsExactly("cert.pem");
    assertThat(names(msp.resolve("keystore"))).singleElement().asString().endsWith("_sk");
    Path key = msp.resolve("keystore").resolve(names(msp.resolve("keystore")).getFirst());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    Files.writeString(
        msp.resolve("config.yaml"),
        """
        NodeOUs:
          Enable: true
          ClientOUIdentifier: {Certificate: cacerts/%1$s, OrganizationalUnitIdentifier: client}
          PeerOUIdentifier: {Certificate: cacerts/%1$s, OrganizationalUnitIdentifier: peer}
          AdminOUIdentifier: {Certificate: cacerts/%1$s, OrganizationalUnitIdentifier: admin}
          OrdererOUIdentifier: {Certificate: cacerts/%1$s, OrganizationalUnitIdentifier: orderer}
        """
            .formatted(root));
    InstantSource clock = () -> CaRig.START;
    LocalMsp local = LocalMsp.load(msp, "Org1MSP", SignatureVerifier.create(), clock);
    assertThat(local.signingIdentity().mspId()).isEqualTo("Org1MSP");
  }

  @Test
  void keepsTlsCertificatesApart() throws Exception {
    Path tls = home.resolve("tls");
    succeed(
        "enroll",
        "-u",
        url("admin:adminpw"),
        "-M",
        "tls",
        "--enrollment.profile",
        "tls",
        "--csr.hosts",
        "peer0.org1.example.com",
        "--csr.hosts",
        "localhost,127.0.0.1");
    assertThat(names(tls.resolve("tlscacerts")))
        .containsExactly("tls-localhost-" + rig.port() + "-ca-org1.pem");
    assertThat(names(tls.resolve("cacerts"))).isEmpty();
    assertThat(Files.readString(tls.resolve("signcerts/cert.pem"))).startsWith("-----BEGIN");
  }

  @Test
  void takesTheNextCertificateWithThePresentOne() throws Exception {
    succeed("enroll", "-u", url("admin:adminpw"), "--csr.names", "C=DE,O=Bank,OU=admin");
    Path file = home.resolve("msp/signcerts/cert.pem");
    Certificate first = certificate(file);
    assertThat(first.organizationalUnits()).containsExactly("client");
    succeed("reenroll", "--csr.keyrequest.reusekey");
    assertThat(names(home.resolve("msp/keystore"))).hasSize(1);
    succeed("reenroll");
    assertThat(names(home.resolve("msp/keystore"))).hasSize(2);
    assertThat(certificate(file).serialNumber()).isNotEqualTo(first.serialNumber());
  }

  @Test
  void findsAKeyThatWasGivenAnotherName() throws Exception {
    succeed("enroll", "-u", url("admin:adminpw"));
    Path keys = home.resolve("msp/keystore");
    Files.move(keys.resolve(names(keys).getFirst()), keys.resolve("priv_sk"));
    Files.writeString(keys.resolve("notes"), "no key");
    succeed("reenroll", "--csr.keyrequest.reusekey");
    Files.delete(keys.resolve("priv_sk"));
    assertThat(run("reenroll")).isEqualTo(1);
    assertThat(output).contains("Failed to find private key", "not found in " + keys);
  }

  @Test
  void administersIdentitiesAndAffiliations() throws Exception {
    succeed("enroll", "-u", url("admin:adminpw"));
    succeed("affiliation", "add", "org9.d.t", "--force");
    succeed("affiliation", "list", "--affiliation", "org9");
    assertThat(output)
        .contains("affiliation: org9\n   affiliation: org9.d\n      affiliation: org9.d.t\n");
    succeed(
        "identity",
        "add",
        "u 1",
        "--type",
        "client",
        "--affiliation",
        "org9.d",
        "--secret",
        "s",
        "--attrs",
        "\"hf.Registrar.Roles=peer,client\",x=y:ecert");
    succeed("identity", "list", "--id", "u 1");
    assertThat(output)
        .contains("Name: u 1, Type: client, Affiliation: org9.d, Max Enrollments: -1, Attributes: ")
        .contains("{Name:hf.Registrar.Roles Value:peer,client ECert:false}")
        .contains("{Name:x Value:y ECert:true}");
    succeed("identity", "modify", "u 1", "--json", "{\"type\":\"peer\"}");
    succeed("affiliation", "modify", "org9.d", "--name", "org9.e", "--force");
    assertThat(output).contains("&{AffiliationInfo:{Name:org9.e").contains("ID:u 1 Type:peer");
    succeed("identity", "remove", "u 1");
    succeed("affiliation", "remove", "org9", "--force");
    assertThat(run("identity", "list", "--id", "u 1")).isEqualTo(1);
    assertThat(output).contains("Error: Response from server: Error Code: 63 - ");
  }

  @Test
  void revokesAndKeepsTheList() throws Exception {
    succeed("enroll", "-u", url("admin:adminpw"));
    succeed("register", "--id.name", "u", "--id.secret", "s", "--id.attrs", "a=b");
    succeed("enroll", "-u", url("u:s"), "-M", "other");
    succeed("revoke", "-e", "u", "-r", "keycompromise", "--gencrl");
    assertThat(output).contains("Successfully revoked certificates: [{Serial:");
    assertThat(Files.readString(home.resolve("msp/crls/crl.pem")))
        .startsWith("-----BEGIN X509 CRL");
    succeed("gencrl");
    succeed("certificate", "list", "--id", "u", "--revocation", "-1d::+1d", "--store", "kept");
    assertThat(certificate(home.resolve("kept/u.pem")).commonName()).isEqualTo("u");
    succeed("certificate", "list", "--id", "u", "--notrevoked");
    assertThat(output).doesNotContain("Serial Number");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertThat(run("register", "--id.name", "x")).isEqualTo(1);
    assertThat(output).contains("Enrollment information does not exist. Please execute enroll");
    assertThat(run("enroll", "-u", "https://localhost:" + rig.port())).isEqualTo(1);
    assertThat(output).contains("missing the enrollment ID and secret");
    assertThat(run("enroll", "-u", url("admin:wrong"))).isEqualTo(1);
    assertThat(output).contains("Error Code: 20 - Authentication failure").doesNotContain("wrong");
    assertThat(run("enrol")).isEqualTo(1);
    assertThat(output).contains("unknown command \"enrol\"");
    assertThat(run("enroll", "--nosuch")).isEqualTo(1);
    assertThat(output).contains("unknown flag: --nosuch");
    succeed("enroll", "-u", url("admin:adminpw"));
    assertThat(run("register", "--id.name", "x", "--id.attrs", "a")).isEqualTo(1);
    assertThat(output).contains("Attribute 'a' is missing '='");
    assertThat(run("revoke")).isEqualTo(1);
    assertThat(run("version")).isZero();
    assertThat(output).contains(" Version: v");
  }
}
