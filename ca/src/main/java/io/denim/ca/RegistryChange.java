package io.denim.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One step from a registry to the next, and its form in the journal: an object with one field,
/// which names the step.
sealed interface RegistryChange {
  /// An identity that is new or replaces the one of its id.
  record PutIdentity(CaIdentity identity) implements RegistryChange {}

  record RemoveIdentity(String id) implements RegistryChange {}

  record PutAffiliation(String name) implements RegistryChange {}

  record RemoveAffiliation(String name) implements RegistryChange {}

  /// A certificate that is new or replaces the one of its key.
  record PutCertificate(IssuedCertificate certificate) implements RegistryChange {}

  ObjectMapper JSON = new ObjectMapper();

  /// Changes that count together, as one line.
  static String encode(List<RegistryChange> changes) {
    ArrayNode line = JSON.createArrayNode();
    for (RegistryChange change : changes) {
      line.add(
          switch (change) {
            case PutIdentity put -> JSON.createObjectNode().set("identity", encode(put.identity()));
            case RemoveIdentity remove ->
                JSON.createObjectNode().put("removeIdentity", remove.id());
            case PutAffiliation put -> JSON.createObjectNode().put("affiliation", put.name());
            case RemoveAffiliation remove ->
                JSON.createObjectNode().put("removeAffiliation", remove.name());
            case PutCertificate put ->
                JSON.createObjectNode().set("certificate", encode(put.certificate()));
          });
    }
    return line.toString();
  }

  /// @throws IllegalArgumentException if it is no line of changes
  static List<RegistryChange> decode(String line) {
    List<RegistryChange> changes = new ArrayList<>();
    try {
      for (JsonNode change : JSON.readTree(line)) {
        String name = change.fieldNames().next();
        JsonNode value = change.get(name);
        changes.add(
            switch (name) {
              case "identity" -> new PutIdentity(identity(value));
              case "removeIdentity" -> new RemoveIdentity(value.textValue());
              case "affiliation" -> new PutAffiliation(value.textValue());
              case "removeAffiliation" -> new RemoveAffiliation(value.textValue());
              case "certificate" -> new PutCertificate(certificate(value));
              default -> throw new IllegalArgumentException("unknown change " + name);
            });
      }
    } catch (JsonProcessingException | DateTimeException | NullPointerException e) {
      throw new IllegalArgumentException("not a registry's change: " + e.getMessage(), e);
    }
    return changes;
  }

  private static ObjectNode encode(CaIdentity identity) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", identity.id());
    node.put("password", identity.password().text());
    node.put("type", identity.type());
    node.put("affiliation", identity.affiliation());
    ArrayNode attributes = node.putArray("attributes");
    for (Attribute attribute : identity.attributes()) {
      attributes
          .addObject()
          .put("name", attribute.name())
          .put("value", attribute.value())
          .put("certified", attribute.certified());
    }
    node.put("most", identity.enrollments().most());
    node.put("done", identity.enrollments().done());
    node.put("failedLogins", identity.enrollments().failedLogins());
    return node;
  }

  private static CaIdentity identity(JsonNode node) {
    List<Attribute> attributes = new ArrayList<>();
    for (JsonNode each : node.get("attributes")) {
      attributes.add(
          new Attribute(
              each.get("name").asText(),
              each.get("value").asText(),
              each.get("certified").asBoolean()));
    }
    return new CaIdentity(
        node.get("id").asText(),
        new PasswordHash(node.get("password").asText()),
        node.get("type").asText(),
        node.get("affiliation").asText(),
        attributes,
        new CaIdentity.Enrollments(
            node.get("most").asInt(), node.get("done").asInt(), node.get("failedLogins").asInt()));
  }

  private static ObjectNode encode(IssuedCertificate certificate) {
    ObjectNode node = JSON.createObjectNode();
    node.put("serial", certificate.key().serial());
    node.put("aki", certificate.key().authorityKeyId());
    node.put("id", certificate.id());
    node.put("pem", certificate.pem());
    node.put("notAfter", certificate.notAfter().toString());
    certificate
        .revocation()
        .ifPresent(revocation -> {
          node.put("revoked", revocation.time().toString());
          node.put("reason", revocation.reason());
        });
    return node;
  }

  private static IssuedCertificate certificate(JsonNode node) {
    return new IssuedCertificate(
        new IssuedCertificate.Key(node.get("serial").asText(), node.get("aki").asText()),
        node.get("id").asText(),
        node.get("pem").asText(),
        Instant.parse(node.get("notAfter").asText()),
        node.has("revoked")
            ? Optional.of(
                new IssuedCertificate.Revocation(
                    Instant.parse(node.get("revoked").asText()), node.get("reason").asInt()))
            : Optional.empty());
  }
}
