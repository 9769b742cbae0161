package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateIssuer;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.CertificationRequest;
import io.denim.identity.SubjectKey;
import io.denim.identity.SubjectName;
import io.denim.wire.ClientTls;
import io.denim.wire.SecretFile;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A CA that serves with TLS on a free port, and a client of its REST interface written by the
/// protocol's description. The clock stands still unless it is set.
final class CaRig implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  private final CertificateIssuer issuer;
  private final HttpClient http;
  private final CaServer server;
  private final String root;
  private Instant now = START;

  private CaRig(Path folder, CaSettings.Rules rules) throws Exception {
    this.issuer = root(folder);
    SubjectKey tlsKey = SubjectKey.generate(256);
    Certificate tls =
        issuer.issue(
            template("localhost", List.of("localhost", "127.0.0.1"), SigningProfile.tls()), tlsKey);
    ServerTls serverTls =
        new ServerTls(
            new TlsKeyPair(tls.pem(), tlsKey.pem()), ServerTls.ClientAuth.REQUESTED, List.of());
    InstantSource clock = () -> now;
    this.server =
        CaServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.of(serverTls),
            List.of(settings(folder, rules)),
            clock);
    this.http =
        HttpClient.newBuilder()
            .sslContext(
                new ClientTls(
                        List.of(issuer.certificate().pem()), Optional.empty(), Optional.empty())
                    .javaContext())
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    this.root = "https://localhost:" + server.address().getPort();
  }

  static CaRig start(Path folder) throws Exception {
    return start(folder, new CaSettings.Rules(-1, 3, true, true, false, false, Duration.ofDays(1)));
  }

  static CaRig start(Path folder, CaSettings.Rules rules) throws Exception {
    return new CaRig(folder, rules);
  }

  static CaSettings settings(Path folder, CaSettings.Rules rules) {
    return new CaSettings(
        "ca-org1",
        new CaSettings.Files(
            folder.resolve("ca-cert.pem"),
            folder.resolve("ca-key.pem"),
            folder.resolve("no-chain.pem"),
            folder.resolve("registry")),
        rules,
        CaSettings.customaryProfiles(),
        new CaSettings.Contents(
            List.of(CaSettings.Newcomer.administrator("admin", "adminpw")),
            List.of("org1", "org1.department1", "org2")));
  }

  private static CertificateIssuer root(Path folder) throws IOException {
    if (Files.exists(folder.resolve("ca-cert.pem"))) {
      return Ca.issuer(settings(folder, CaSettings.Rules.customary()).files());
    }
    SubjectKey key = SubjectKey.generate(256);
    CertificateIssuer issuer =
        CertificateIssuer.root(
            template("ca.org1.example.com", List.of(), SigningProfile.intermediate()), key);
    Files.write(folder.resolve("ca-cert.pem"), issuer.certificate().pem().toByteArray());
    SecretFile.write(folder.resolve("ca-key.pem"), key.pem());
    return issuer;
  }

  private static CertificateTemplate template(
      String commonName, List<String> hosts, SigningProfile profile) {
    return new CertificateTemplate(
        SubjectName.of(commonName),
        AlternativeNames.of(hosts),
        Instant.now().minusSeconds(31_536_000L), // the TLS client reads the real clock
        Instant.now().plusSeconds(315_360_000L),
        profile.usages(),
        profile.ca().isEmpty()
            ? Optional.empty()
            : Optional.of(new CertificateTemplate.CaConstraint(Optional.empty())),
        ByteString.EMPTY);
  }

  void setNow(Instant instant) {
    now = instant;
  }

  CertificateIssuer issuer() {
    return issuer;
  }

  int port() {
    return server.address().getPort();
  }

  /// An answer, taken out of its envelope.
  record Answer(int status, JsonNode result, int code, String message) {}

  /// A key with its certificate.
  record Enrolled(SubjectKey key, Certificate certificate) {}

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static ObjectNode request(String id, SubjectKey key, AlternativeNames names) {
    SubjectName subject = SubjectName.of(id).withUnits(List.of("admin"));
    ByteString pem = CertificationRequest.make(key, subject, names, Optional.empty());
    return object().put("certificate_request", pem.toStringUtf8());
  }

  Enrolled enroll(String id, String secret) throws Exception {
    return enroll(id, secret, object());
  }

  Enrolled enroll(String id, String secret, ObjectNode fields) throws Exception {
    SubjectKey key = SubjectKey.generate(256);
    ObjectNode body = request(id, key, AlternativeNames.none());
    body.setAll(fields);
    Answer answer = post("/api/v1/enroll", body.toString(), basic(id, secret));
    if (answer.status() != 201) {
      throw new AssertionError("enrolling " + id + ": " + answer);
    }
    return new Enrolled(key, certificate(answer));
  }

  static Certificate certificate(Answer answer) {
    return Certificate.ofPem(
        ByteString.copyFrom(Base64.getDecoder().decode(answer.result().path("Cert").asText())));
  }

  static String basic(String id, String secret) {
    return "Basic " + base64((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  Answer post(String path, String body, String authorization) throws Exception {
    return send("POST", path, body, authorization);
  }

  /// Sends a request with a token over it.
  Answer as(Enrolled who, String method, String path, JsonNode body) throws Exception {
    String text = body.isEmpty() ? "" : body.toString();
    return send(method, path, text, token(who, method, path, text));
  }

  static String token(Enrolled who, String method, String path, String body) {
    String certificate = base64(who.certificate().pem().toByteArray());
    String signed =
        method
            + "."
            + base64(path.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(body.getBytes(StandardCharsets.UTF_8))
            + "."
            + certificate;
    return certificate
        + "."
        + base64(who.key().sign(ByteString.copyFromUtf8(signed)).toByteArray());
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  Answer send(String method, String path, String body, String authorization) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (!response.body().startsWith("{")) {
      return new Answer(response.statusCode(), object(), -1, response.body());
    }
    JsonNode envelope = JSON.readTree(response.body());
    JsonNode error = envelope.path("errors").path(0);
    return new Answer(
        response.statusCode(),
        envelope.path("result"),
        error.path("code").asInt(-1),
        error.path("message").asText());
  }

  @Override
  public void close() {
    http.close();
    server.close();
  }
}
