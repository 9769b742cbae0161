package io.denim.ca.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// Answers of a CA as Go's `%+v` writes them, which scripts read. Stateless.
final class GoText {
  private GoText() {}

  static String attributes(JsonNode attributes) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : attributes) {
      texts.add(
          "{Name:"
              + each.path("name").asText()
              + " Value:"
              + each.path("value").asText()
              + " ECert:"
              + each.path("ecert").asBoolean()
              + "}");
    }
    return list(texts);
  }

  static String affiliation(JsonNode answer) {
    return "&{AffiliationInfo:"
        + information(answer)
        + " CAName:"
        + answer.path("caname").asText()
        + "}";
  }

  private static String information(JsonNode affiliation) {
    List<String> below = new ArrayList<>();
    affiliation.path("affiliations").forEach(each -> below.add(information(each)));
    List<String> identities = new ArrayList<>();
    affiliation.path("identities").forEach(each -> identities.add(identity(each)));
    return "{Name:"
        + affiliation.path("name").asText()
        + " Affiliations:"
        + list(below)
        + " Identities:"
        + list(identities)
        + "}";
  }

  private static String identity(JsonNode identity) {
    return "{ID:"
        + identity.path("id").asText()
        + " Type:"
        + identity.path("type").asText()
        + " Affiliation:"
        + identity.path("affiliation").asText()
        + " Attributes:"
        + attributes(identity.path("attrs"))
        + " MaxEnrollments:"
        + identity.path("max_enrollments").asInt()
        + "}";
  }

  private static String list(List<String> texts) {
    return "[" + String.join(" ", texts) + "]";
  }
}
