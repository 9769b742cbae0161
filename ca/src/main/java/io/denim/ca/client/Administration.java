package io.denim.ca.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.denim.ca.FlagSet;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;

/// The commands of registrars: `register`, `revoke`, `gencrl`, `identity` and `affiliation`
/// (fabric-ca v1.5 cmd/fabric-ca-client/command).
///
/// @param verb of `identity` and `affiliation`; empty for the others
/// @param words after it
record Administration(
    ClientSettings settings,
    FlagSet.Parsed flags,
    String verb,
    List<String> words,
    ClientLog log,
    PrintStream out) {
  Administration {
    words = List.copyOf(words);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private JsonNode send(String method, String endpoint, ObjectNode body)
      throws ClientException, IOException, InterruptedException {
    MspFolder msp = new MspFolder(settings, log);
    CaConnection.Credential credential = msp.credential();
    String query = settings.caName().isEmpty() ? "" : "ca=" + encoded(settings.caName());
    String separator = endpoint.contains("?") ? "&" : "?";
    boolean bodiless = method.equals("GET") || method.equals("DELETE");
    String where = bodiless && !query.isEmpty() ? endpoint + separator + query : endpoint;
    if (!bodiless && !settings.caName().isEmpty()) {
      body.put("caname", settings.caName());
    }
    try (CaConnection connection = CaConnection.open(settings, log)) {
      return connection.signed(method, where, bodiless ? "" : body.toString(), credential);
    }
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  void register(RegistrationDefaults defaults)
      throws ClientException, IOException, InterruptedException {
    ObjectNode body = object();
    body.put("id", flags.text("id.name").orElse(defaults.name()));
    body.put("type", flags.text("id.type").orElse(defaults.type()));
    body.put("affiliation", flags.text("id.affiliation").orElse(defaults.affiliation()));
    flags.text("id.secret").ifPresent(secret -> body.put("secret", secret));
    if (flags.has("id.maxenrollments")) {
      body.put("max_enrollments", number("id.maxenrollments"));
    }
    ArrayNode attributes = AttributeOptions.attributes(flags.list("id.attrs"));
    if (!attributes.isEmpty()) {
      body.set("attrs", attributes);
    }
    if (body.path("id").asText().isEmpty()) {
      throw new ClientException("Register was called without a Name set");
    }
    out.println("Password: " + send("POST", "register", body).path("secret").asText());
  }

  /// What the configuration file says of identities to register.
  record RegistrationDefaults(String name, String type, String affiliation) {}

  private int number(String flag) throws ClientException {
    String text = flags.text(flag).orElse("0");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ClientException(
          "invalid argument \"" + text + "\" for \"--" + flag + "\" flag: not a number", e);
    }
  }

  void revoke() throws ClientException, IOException, InterruptedException {
    String name = flags.text("revoke.name").orElse("");
    String serial = flags.text("revoke.serial").orElse("");
    String issuer = flags.text("revoke.aki").orElse("");
    if (name.isEmpty() && (serial.isEmpty() || issuer.isEmpty())) {
      throw new ClientException(
          "Invalid usage; either --revoke.name and/or both --revoke.serial and --revoke.aki are"
              + " required");
    }
    ObjectNode body = object();
    body.put("id", name).put("serial", serial).put("aki", issuer);
    body.put("reason", flags.text("revoke.reason").orElse(""));
    body.put("gencrl", flags.isOn("gencrl"));
    JsonNode result = send("POST", "revoke", body);
    StringBuilder revoked = new StringBuilder("[");
    for (JsonNode each : result.path("RevokedCerts")) {
      revoked
          .append(revoked.length() > 1 ? " " : "")
          .append("{Serial:")
          .append(each.path("Serial").asText())
          .append(" AKI:")
          .append(each.path("AKI").asText())
          .append('}');
    }
    log.info("Successfully revoked certificates: " + revoked + "]");
    if (flags.isOn("gencrl")) {
      new MspFolder(settings, log).storeRevocationList(Enrollment.decoded(result.path("CRL")));
    }
  }

  void revocationList() throws ClientException, IOException, InterruptedException {
    ObjectNode body = object();
    times(body, "revokedafter", "revokedbefore");
    times(body, "expireafter", "expirebefore");
    JsonNode result = send("POST", "gencrl", body);
    log.info("Successfully generated the CRL");
    new MspFolder(settings, log).storeRevocationList(Enrollment.decoded(result.path("CRL")));
  }

  private void times(ObjectNode body, String after, String before) throws ClientException {
    OffsetDateTime start = time(body, after);
    OffsetDateTime end = time(body, before);
    if (!start.equals(OffsetDateTime.MIN)
        && !end.equals(OffsetDateTime.MIN)
        && start.isAfter(end)) {
      throw new ClientException(
          "Invalid "
              + after
              + " value '"
              + flags.text(after).orElse("")
              + "'. It must not be a timestamp greater than "
              + before
              + " value '"
              + flags.text(before).orElse("")
              + "'");
    }
  }

  private OffsetDateTime time(ObjectNode body, String flag) throws ClientException {
    String text = flags.text(flag).orElse("");
    if (text.isEmpty()) {
      return OffsetDateTime.MIN;
    }
    body.put(flag, text);
    try {
      return OffsetDateTime.parse(text);
    } catch (DateTimeException e) {
      throw new ClientException("Invalid '" + flag + "' value: " + e.getMessage(), e);
    }
  }

  void identity() throws ClientException, IOException, InterruptedException {
    switch (verb) {
      case "list" -> listIdentities();
      case "add" -> {
        ObjectNode body = identityBody();
        if (!flags.has("json") && !body.has("type")) {
          body.put("type", "user");
        }
        body.put("id", word("Identity"));
        out.println(
            "Successfully added identity - " + line(send("POST", "identities", body), true));
      }
      case "modify" -> {
        String path = "identities/" + encoded(word("Identity"));
        out.println(
            "Successfully modified identity - " + line(send("PUT", path, identityBody()), true));
      }
      case "remove" -> {
        String path = "identities/" + encoded(word("Identity")) + "?force=" + flags.isOn("force");
        out.println(
            "Successfully removed identity - " + line(send("DELETE", path, object()), false));
      }
      default -> throw unknownVerb("identity");
    }
  }

  private ClientException unknownVerb(String command) {
    return new ClientException(
        "unknown command \"" + verb + "\" for \"fabric-ca-client " + command + "\"");
  }

  private String word(String what) throws ClientException {
    if (words.isEmpty()) {
      throw new ClientException(what + " name is required");
    }
    if (words.size() > 1) {
      throw new ClientException(
          "Unknown argument '"
              + words.get(1)
              + "', only the identity name should be passed in as non-flag argument");
    }
    return words.getFirst();
  }

  private ObjectNode identityBody() throws ClientException {
    List<String> others = List.of("type", "affiliation", "secret", "maxenrollments", "attrs");
    if (flags.has("json")) {
      if (others.stream().anyMatch(flags::has)) {
        throw new ClientException("Can't use 'json' flag in conjunction with other flags");
      }
      if (CaConnection.parse(flags.text("json").orElse("")) instanceof ObjectNode body) {
        return body;
      }
      throw new ClientException("Invalid value for --json option: an object is expected");
    }
    ObjectNode body = object();
    for (String flag : List.of("type", "affiliation", "secret")) {
      flags.text(flag).ifPresent(value -> body.put(flag, value));
    }
    if (flags.has("maxenrollments")) {
      body.put("max_enrollments", number("maxenrollments"));
    }
    ArrayNode attributes = AttributeOptions.attributes(flags.list("attrs"));
    if (!attributes.isEmpty()) {
      body.set("attrs", attributes);
    }
    return body;
  }

  private void listIdentities() throws ClientException, IOException, InterruptedException {
    if (flags.has("id")) {
      String path = "identities/" + encoded(flags.text("id").orElse(""));
      out.println(line(send("GET", path, object()), false));
      return;
    }
    for (JsonNode each : send("GET", "identities", object()).path("identities")) {
      out.println(line(each, false));
    }
  }

  private static String line(JsonNode identity, boolean withSecret) {
    return "Name: "
        + identity.path("id").asText()
        + ", Type: "
        + identity.path("type").asText()
        + ", Affiliation: "
        + identity.path("affiliation").asText()
        + ", Max Enrollments: "
        + identity.path("max_enrollments").asInt()
        + (withSecret ? ", Secret: " + identity.path("secret").asText() : "")
        + ", Attributes: "
        + GoText.attributes(identity.path("attrs"));
  }

  void affiliation() throws ClientException, IOException, InterruptedException {
    String force = "?force=" + flags.isOn("force");
    switch (verb) {
      case "list" -> {
        String one = flags.text("affiliation").orElse("");
        String path = one.isEmpty() ? "affiliations" : "affiliations/" + encoded(one);
        JsonNode tree = send("GET", path, object());
        String name = tree.path("name").asText();
        out.println("affiliation: " + (name.isEmpty() ? "." : name));
        printBelow(tree, "   ");
      }
      case "add" -> {
        String name = word("affiliation");
        JsonNode added = send("POST", "affiliations" + force, object().put("name", name));
        out.println("Successfully added affiliation: " + added.path("name").asText());
      }
      case "modify" -> {
        String path = "affiliations/" + encoded(word("affiliation")) + force;
        ObjectNode body = object().put("name", flags.text("name").orElse(""));
        out.println(
            "Successfully modified affiliation: " + GoText.affiliation(send("PUT", path, body)));
      }
      case "remove" -> {
        String path = "affiliations/" + encoded(word("affiliation")) + force;
        out.println(
            "Successfully removed affiliation: "
                + GoText.affiliation(send("DELETE", path, object())));
      }
      default -> throw unknownVerb("affiliation");
    }
  }

  private void printBelow(JsonNode tree, String indent) {
    for (JsonNode each : tree.path("affiliations")) {
      out.println(indent + "affiliation: " + each.path("name").asText());
      printBelow(each, indent + "   ");
    }
  }
}
