package io.denim.ca.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.denim.ca.FlagSet;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificationRequest;
import io.denim.identity.SubjectKey;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/// The commands that ask for certificates: `enroll`, `reenroll`, `gencsr`, and `getcainfo`, which
/// asks for the CA's own (fabric-ca v1.5 lib/{client,identity}.go).
record Enrollment(ClientSettings settings, FlagSet.Parsed flags, ClientLog log) {
  private MspFolder msp() {
    return new MspFolder(settings, log);
  }

  void enroll() throws ClientException, IOException, InterruptedException {
    requireX509();
    ClientSettings.Login login =
        settings
            .login()
            .filter(each -> !each.name().isEmpty())
            .orElseThrow(() ->
                new ClientException(
                    "The URL of the fabric CA server is missing the enrollment ID and secret;"
                        + " found '"
                        + settings.url()
                        + "' but expecting '"
                        + settings.url().getScheme()
                        + "://<enrollmentID>:<secret>@"
                        + settings.url().getAuthority()
                        + "'"));
    msp().create();
    try (CaConnection connection = CaConnection.open(settings, log)) {
      SubjectKey key = newKey();
      msp().store(key);
      ObjectNode body = body(key, login.name());
      ArrayNode attributes = AttributeOptions.requests(flags.list("enrollment.attrs"));
      if (!attributes.isEmpty()) {
        body.set("attr_reqs", attributes);
      }
      keep(connection.login("enroll", body, login));
    }
  }

  private void requireX509() throws ClientException {
    String type = flags.text("enrollment.type").orElse("x509");
    if (!type.equalsIgnoreCase("x509")) {
      throw new ClientException(
          "enrollment of type '" + type + "' is not supported; x509 is the only one");
    }
  }

  void reenroll() throws ClientException, IOException, InterruptedException {
    CaConnection.Credential credential = msp().credential();
    String id = credential.certificate().commonName();
    msp().create();
    try (CaConnection connection = CaConnection.open(settings, log)) {
      SubjectKey key = credential.key();
      if (!settings.request().reuseKey()) {
        key = newKey();
        msp().store(key);
      }
      ObjectNode body = body(key, id);
      try {
        keep(connection.signed("POST", "reenroll", body.toString(), credential));
      } catch (ClientException e) {
        throw new ClientException("Failed to reenroll '" + id + "': " + e.getMessage(), e);
      }
    }
  }

  void makeRequest() throws ClientException, IOException {
    String commonName = settings.request().subject().commonName();
    if (commonName.isEmpty()) {
      throw new ClientException("CSR common name not specified; use '--csr.cn' flag");
    }
    msp().create();
    SubjectKey key = newKey();
    msp().store(key);
    msp().storeRequest(commonName, request(key, commonName));
  }

  void information() throws ClientException, IOException, InterruptedException {
    msp().create();
    try (CaConnection connection = CaConnection.open(settings, log)) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      JsonNode info = connection.open("cainfo", body.put("caname", settings.caName()));
      msp().storeChain(decoded(info.path("CAChain")));
    }
  }

  private SubjectKey newKey() {
    log.info("generating key: &{A:ecdsa S:" + settings.request().bits() + "}");
    return SubjectKey.generate(settings.request().bits());
  }

  private ByteString request(SubjectKey key, String commonName) {
    ByteString request =
        CertificationRequest.make(
            key,
            settings.request().subject().withCommonName(commonName),
            AlternativeNames.of(settings.request().hosts()),
            Optional.empty());
    log.info("encoded CSR");
    return request;
  }

  private ObjectNode body(SubjectKey key, String id) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (settings.request().hosts().isEmpty()) {
      body.putNull("hosts");
    } else {
      ArrayNode hosts = body.putArray("hosts");
      settings.request().hosts().forEach(hosts::add);
    }
    body.put("certificate_request", request(key, id).toStringUtf8());
    body.put("profile", settings.request().profile());
    body.put("CAName", settings.caName());
    return body;
  }

  private void keep(JsonNode result) throws ClientException, IOException {
    try {
      msp().store(Certificate.ofPem(decoded(result.path("Cert"))));
    } catch (IllegalArgumentException e) {
      throw new ClientException("Invalid response format from server: " + e.getMessage(), e);
    }
    msp().storeChain(decoded(result.path("ServerInfo").path("CAChain")));
  }

  static ByteString decoded(JsonNode base64) throws ClientException {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(base64.asText()));
    } catch (IllegalArgumentException e) {
      throw new ClientException("Invalid response format from server: not Base64", e);
    }
  }
}
