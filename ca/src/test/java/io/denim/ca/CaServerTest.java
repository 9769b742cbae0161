package io.denim.ca;

import static io.denim.ca.CaRig.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.denim.ca.CaRig.Answer;
import io.denim.ca.CaRig.Enrolled;
import io.denim.identity.AlternativeNames;
import io.denim.identity.SubjectKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The CA over HTTPS, as a client of fabric-ca v1.5's REST interface meets it.
class CaServerTest {
  private static final String ATTRIBUTES = "1.2.3.4.5.6.7.8.1";

  @TempDir private Path folder;
  private CaRig rig;
  private Enrolled admin;

  @BeforeEach
  void start() throws Exception {
    rig = CaRig.start(folder);
    admin = rig.enroll("admin", "adminpw");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static X509Certificate x509(Enrolled enrolled) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(enrolled.certificate().der().newInput());
  }

  private static String attributes(Enrolled enrolled) throws Exception {
    byte[] value = x509(enrolled).getExtensionValue(ATTRIBUTES);
    return value == null ? "" : new String(value, 2, value.length - 2, StandardCharsets.UTF_8);
  }

  private static ObjectNode identity(String id, String secret, String type) {
    return object().put("id", id).put("secret", secret).put("type", type);
  }

  private static ObjectNode attribute(String name, String value) {
    return object().put("name", name).put("value", value);
  }

  private Answer register(ObjectNode body) throws Exception {
    return rig.as(admin, "POST", "/api/v1/register", body);
  }

  @Test
  void tellsItsNameAndChainToAnybody() throws Exception {
    Answer info = rig.send("GET", "/cainfo", "", "");
    assertThat(info.status()).isEqualTo(200);
    assertThat(info.result().path("CAName").asText()).isEqualTo("ca-org1");
    assertThat(Base64.getDecoder().decode(info.result().path("CAChain").asText()))
        .isEqualTo(rig.issuer().certificate().pem().toByteArray());
    assertThat(rig.send("GET", "/api/v1/cainfo?ca=other", "", "").code()).isEqualTo(19);
    assertThat(rig.send("PUT", "/cainfo", "", "").status()).isEqualTo(405);
    assertThat(rig.send("GET", "/nothing", "", "").status()).isEqualTo(404);
  }

  @Test
  void certifiesAnEnrolledIdentityUnderItsUnitsAndAttributes() throws Exception {
    ObjectNode user = identity("user1", "user1pw", "client").put("affiliation", "org1.department1");
    user.putArray("attrs")
        .add(attribute("role", "a<b").put("ecert", true))
        .add(attribute("quiet", "yes"));
    assertThat(register(user).result().path("secret").asText()).isEqualTo("user1pw");

    Enrolled enrolled = rig.enroll("user1", "user1pw");
    X509Certificate certificate = x509(enrolled);
    certificate.verify(
        ((X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(rig.issuer().certificate().der().newInput()))
            .getPublicKey());
    assertThat(Set.copyOf(enrolled.certificate().organizationalUnits()))
        .containsExactlyInAnyOrder("client", "org1", "department1");
    assertThat(enrolled.certificate().commonName()).isEqualTo("user1");
    assertThat(certificate.getKeyUsage()).startsWith(true, false, false);
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(attributes(enrolled))
        .endsWith(
            "{\"attrs\":{\"hf.Affiliation\":\"org1.department1\",\"hf.EnrollmentID\":\"user1\","
                + "\"hf.Type\":\"client\",\"role\":\"a\\u003cb\"}}");

    ObjectNode fields = object();
    fields
        .putArray("attr_reqs")
        .add(object().put("name", "quiet"))
        .add(object().put("name", "none").put("optional", true));
    assertThat(attributes(rig.enroll("user1", "user1pw", fields)))
        .endsWith("{\"attrs\":{\"quiet\":\"yes\"}}");
    assertThat(attributes(admin)).isEmpty();
  }

  @Test
  void givesTlsCertificatesForTheHostsThatAreAskedFor() throws Exception {
    ObjectNode fields = object().put("profile", "tls");
    fields.putArray("hosts").add("peer0.org1.example.com").add("127.0.0.1");
    X509Certificate certificate = x509(rig.enroll("admin", "adminpw", fields));
    assertThat(certificate.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(List.of(2, "peer0.org1.example.com"), List.of(7, "127.0.0.1"));
  }

  @Test
  void refusesToEnrollWhoeverIsNotWhoHeSays() throws Exception {
    String body =
        CaRig.request("admin", SubjectKey.generate(256), AlternativeNames.none()).toString();
    assertThat(rig.post("/enroll", body, "").code()).isEqualTo(2);
    Answer wrong = rig.post("/enroll", body, CaRig.basic("admin", "wrong"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.code()).isEqualTo(20);
    assertThat(wrong.message()).isEqualTo("Authentication failure");
    assertThat(rig.post("/enroll", body, CaRig.basic("nobody", "x")).code()).isEqualTo(20);
    assertThat(rig.post("/enroll", "", CaRig.basic("admin", "adminpw")).code()).isEqualTo(4);
    assertThat(rig.post("/enroll", "[1]", CaRig.basic("admin", "adminpw")).code()).isEqualTo(5);
    String other =
        CaRig.request("other", SubjectKey.generate(256), AlternativeNames.none()).toString();
    assertThat(rig.post("/enroll", other, CaRig.basic("admin", "adminpw")).code()).isEqualTo(77);
  }

  @Test
  void locksAnIdentityAfterTooManyWrongPasswordsUntilItGetsANewOne() throws Exception {
    register(identity("user1", "user1pw", "client"));
    String body =
        CaRig.request("user1", SubjectKey.generate(256), AlternativeNames.none()).toString();
    for (int i = 0; i < 3; i++) {
      assertThat(rig.post("/enroll", body, CaRig.basic("user1", "wrong")).code()).isEqualTo(20);
    }
    Answer locked = rig.post("/enroll", body, CaRig.basic("user1", "user1pw"));
    assertThat(locked.code()).isEqualTo(73);
    rig.as(admin, "PUT", "/api/v1/identities/user1", object().put("secret", "fresh"));
    assertThat(rig.post("/enroll", body, CaRig.basic("user1", "fresh")).status()).isEqualTo(201);
  }

  @Test
  void countsEnrollments() throws Exception {
    register(identity("once", "pw", "client").put("max_enrollments", 1));
    Enrolled enrolled = rig.enroll("once", "pw");
    String body =
        CaRig.request("once", SubjectKey.generate(256), AlternativeNames.none()).toString();
    assertThat(rig.post("/enroll", body, CaRig.basic("once", "pw")).code()).isEqualTo(20);
    Answer again =
        rig.as(
            enrolled,
            "POST",
            "/reenroll",
            CaRig.request("once", SubjectKey.generate(256), AlternativeNames.none()));
    assertThat(again.status()).isEqualTo(201);
  }

  @Test
  void takesATokenOnlyForTheRequestThatItSigns() throws Exception {
    String body = identity("x", "y", "client").toString();
    String token = CaRig.token(admin, "POST", "/api/v1/register", body);
    assertThat(rig.post("/api/v1/register", body + " ", token).code()).isEqualTo(20);
    assertThat(rig.post("/register", body, token).code()).isEqualTo(20);
    assertThat(rig.send("PUT", "/api/v1/identities/x", body, token).code()).isEqualTo(20);
    assertThat(rig.post("/api/v1/register", body, "nonsense").code()).isEqualTo(20);
    String certificate = CaRig.base64(admin.certificate().pem().toByteArray());
    String old = CaRig.base64(body.getBytes(StandardCharsets.UTF_8)) + "." + certificate;
    String oldToken =
        certificate
            + "."
            + CaRig.base64(admin.key().sign(ByteString.copyFromUtf8(old)).toByteArray());
    assertThat(rig.post("/api/v1/register", body, oldToken).code()).isEqualTo(20);
    assertThat(rig.post("/api/v1/register", body, token).status()).isEqualTo(201);
  }

  @Test
  void takesOlderTokensWhereItIsToldTo(@TempDir Path other) throws Exception {
    CaSettings.Rules rules =
        new CaSettings.Rules(-1, 0, false, false, true, false, Duration.ofDays(1));
    try (CaRig lenient = CaRig.start(other, rules)) {
      Enrolled own = lenient.enroll("admin", "adminpw");
      String body = identity("x", "y", "client").toString();
      String certificate = CaRig.base64(own.certificate().pem().toByteArray());
      String old = CaRig.base64(body.getBytes(StandardCharsets.UTF_8)) + "." + certificate;
      String token =
          certificate
              + "."
              + CaRig.base64(own.key().sign(ByteString.copyFromUtf8(old)).toByteArray());
      assertThat(lenient.post("/api/v1/register", body, token).status()).isEqualTo(201);
      String stranger = CaRig.token(admin, "POST", "/api/v1/register", body);
      assertThat(lenient.post("/api/v1/register", body, stranger).code()).isEqualTo(20);
    }
  }

  @Test
  void refusesAnExpiredCertificate() throws Exception {
    rig.setNow(CaRig.START.plus(Duration.ofDays(400)));
    assertThat(rig.as(admin, "GET", "/api/v1/identities", object()).status()).isEqualTo(401);
    assertThat(rig.enroll("admin", "adminpw").certificate().notAfter())
        .isAfter(CaRig.START.plus(Duration.ofDays(700)));
  }

  @Test
  void letsARegistrarGiveOnlyWhatIsHis() throws Exception {
    ObjectNode registrar = identity("reg", "pw", "client").put("affiliation", "org1");
    registrar
        .putArray("attrs")
        .add(attribute("hf.Registrar.Roles", "peer,client"))
        .add(attribute("hf.Registrar.Attributes", "app.*,hf.Revoker"))
        .add(attribute("hf.Revoker", "true"));
    assertThat(register(registrar).status()).isEqualTo(201);
    Enrolled reg = rig.enroll("reg", "pw");

    assertRegisters(reg, identity("p1", "pw", "peer"), 201);
    assertRegisters(reg, identity("p1", "pw", "peer"), 409);
    assertRegisters(reg, identity("p2", "pw", "admin"), 403);
    assertRegisters(reg, identity("p3", "pw", "peer").put("affiliation", "org2"), 403);
    assertRegisters(reg, identity("p4", "pw", "peer").put("affiliation", "."), 403);
    assertRegisters(reg, with(identity("p5", "pw", "peer"), attribute("app.x", "1")), 201);
    assertRegisters(reg, with(identity("p6", "pw", "peer"), attribute("other", "1")), 403);
    assertRegisters(reg, with(identity("p7", "pw", "peer"), attribute("hf.GenCRL", "true")), 403);
    assertRegisters(reg, with(identity("p8", "pw", "peer"), attribute("hf.Revoker", "maybe")), 403);
    assertThat(register(with(identity("p9", "pw", "peer"), attribute("hf.Type", "admin"))).code())
        .isEqualTo(71);
    assertThat(register(with(identity("p9", "pw", "peer"), attribute("hf.New", "x"))).code())
        .isEqualTo(71);
    Enrolled p1 = rig.enroll("p1", "pw");
    assertRegisters(p1, identity("p10", "pw", "peer"), 403);
    JsonNode seen = rig.as(reg, "GET", "/api/v1/identities", object()).result();
    assertThat(seen.path("identities").findValuesAsText("id")).containsExactly("reg", "p1", "p5");
  }

  private void assertRegisters(Enrolled registrar, ObjectNode body, int status) throws Exception {
    assertThat(rig.as(registrar, "POST", "/api/v1/register", body).status())
        .as(body.toString())
        .isEqualTo(status);
  }

  private static ObjectNode with(ObjectNode identity, ObjectNode attribute) {
    identity.putArray("attrs").add(attribute);
    return identity;
  }

  @Test
  void changesAndRemovesIdentities() throws Exception {
    String path = "/api/v1/identities/a%20b";
    Answer added =
        rig.as(
            admin,
            "POST",
            "/api/v1/identities",
            with(identity("a b", "pw", "peer"), attribute("x", "1")));
    assertThat(added.status()).isEqualTo(201);
    Enrolled enrolled = rig.enroll("a b", "pw");
    ObjectNode change = object().put("type", "client").put("affiliation", "org2");
    change.putArray("attrs").add(attribute("x", "")).add(attribute("y", "2"));
    JsonNode changed = rig.as(admin, "PUT", path, change).result();
    assertThat(changed.path("affiliation").asText()).isEqualTo("org2");
    assertThat(changed.path("attrs").findValuesAsText("name"))
        .containsExactlyInAnyOrder("hf.EnrollmentID", "hf.Type", "hf.Affiliation", "y");
    assertThat(rig.as(admin, "GET", path, object()).result().path("type").asText())
        .isEqualTo("client");
    assertThat(rig.as(admin, "DELETE", "/api/v1/identities/admin", object()).code()).isEqualTo(56);
    assertThat(rig.as(admin, "DELETE", path, object()).status()).isEqualTo(200);
    assertThat(rig.as(admin, "GET", path, object()).code()).isEqualTo(63);
    assertThat(rig.as(enrolled, "GET", path, object()).status()).isEqualTo(401);
  }

  @Test
  void keepsATreeOfAffiliations() throws Exception {
    String path = "/api/v1/affiliations";
    assertThat(rig.as(admin, "POST", path, object().put("name", "a.b.c")).status()).isEqualTo(404);
    assertThat(rig.as(admin, "POST", path + "?force=true", object().put("name", "a.b.c")).status())
        .isEqualTo(201);
    assertThat(rig.as(admin, "POST", path, object().put("name", "a.b.c")).code()).isEqualTo(60);
    assertThat(rig.as(admin, "GET", path + "/a", object()).result().toString())
        .isEqualTo(
            "{\"name\":\"a\",\"affiliations\":[{\"name\":\"a.b\","
                + "\"affiliations\":[{\"name\":\"a.b.c\"}]}],\"caname\":\"ca-org1\"}");
    register(identity("u", "pw", "client").put("affiliation", "a.b.c"));
    assertThat(rig.as(admin, "PUT", path + "/a.b", object().put("name", "a.z")).code())
        .isEqualTo(64);
    assertThat(rig.as(admin, "PUT", path + "/a.b?force=true", object().put("name", "a.z")).status())
        .isEqualTo(200);
    assertThat(rig.enroll("u", "pw").certificate().organizationalUnits())
        .containsExactlyInAnyOrder("client", "a", "z", "c");
    assertThat(rig.as(admin, "DELETE", path + "/a", object()).code()).isEqualTo(71);
    assertThat(rig.as(admin, "DELETE", path + "/a?force=true", object()).status()).isEqualTo(200);
    assertThat(rig.as(admin, "GET", "/api/v1/identities/u", object()).status()).isEqualTo(404);
    assertThat(
            rig.as(admin, "GET", path, object())
                .result()
                .path("affiliations")
                .findValuesAsText("name"))
        .containsExactly("org1", "org1.department1", "org2");
  }

  @Test
  void revokesCertificatesAndListsThem() throws Exception {
    register(identity("u", "pw", "client"));
    Enrolled first = rig.enroll("u", "pw");
    Enrolled second = rig.enroll("u", "pw");
    assertThat(rig.as(first, "POST", "/revoke", object().put("id", "admin")).code()).isEqualTo(71);
    IssuedCertificate.Key key = IssuedCertificate.keyOf(first.certificate());
    ObjectNode one =
        object()
            .put("serial", "0" + key.serial().toUpperCase(Locale.ROOT))
            .put("aki", key.authorityKeyId());
    assertThat(rig.as(admin, "POST", "/revoke", one).result().path("RevokedCerts")).hasSize(1);
    assertThat(rig.as(admin, "POST", "/revoke", one).code()).isEqualTo(66);
    assertThat(rig.as(first, "GET", "/identities", object()).status()).isEqualTo(401);
    Answer all = rig.as(admin, "POST", "/revoke", object().put("id", "u").put("gencrl", true));
    assertThat(all.result().path("RevokedCerts")).hasSize(1);
    X509CRL list = list(all.result());
    assertThat(list.getRevokedCertificates()).hasSize(2);
    assertThat(list.isRevoked(x509(second))).isTrue();
    list.verify(
        CertificateFactory.getInstance("X.509")
            .generateCertificate(rig.issuer().certificate().der().newInput())
            .getPublicKey());
    assertThat(
            rig.post(
                    "/enroll",
                    CaRig.request("u", SubjectKey.generate(256), AlternativeNames.none())
                        .toString(),
                    CaRig.basic("u", "pw"))
                .status())
        .isEqualTo(401);
    JsonNode none =
        rig.as(admin, "POST", "/gencrl", object().put("revokedafter", "2030-01-01T00:00:00Z"))
            .result();
    assertThat(list(none).getRevokedCertificates()).isNull();
    assertThat(
            rig.as(admin, "GET", "/certificates?id=u&notrevoked=true", object())
                .result()
                .path("certs"))
        .isEmpty();
    assertThat(
            rig.as(admin, "GET", "/certificates?id=u&revoked_start=-1d&revoked_end=%2B1h", object())
                .result()
                .path("certs"))
        .hasSize(2);
    assertThat(rig.as(admin, "GET", "/certificates?expired_end=x", object()).code()).isEqualTo(67);
  }

  private static X509CRL list(JsonNode result) throws Exception {
    byte[] pem = Base64.getDecoder().decode(result.path("CRL").asText());
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(pem));
  }

  @Test
  void knowsEverythingAgainAfterARestart() throws Exception {
    register(identity("u", "pw", "client").put("max_enrollments", 1));
    Enrolled enrolled = rig.enroll("u", "pw");
    rig.close();
    rig = CaRig.start(folder);
    assertThat(rig.as(admin, "GET", "/identities/u", object()).status()).isEqualTo(200);
    assertThat(rig.as(enrolled, "POST", "/revoke", object().put("id", "u")).status())
        .isEqualTo(200);
    assertThat(register(identity("u", "pw", "client")).code()).isEqualTo(74);
  }
}
