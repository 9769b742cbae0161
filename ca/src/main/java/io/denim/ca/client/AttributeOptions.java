package io.denim.ca.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/// Attributes as flags write them (fabric-ca v1.5 lib/attr,
/// cmd/fabric-ca-client/command/config.go). Stateless.
final class AttributeOptions {
  private AttributeOptions() {}

  /// Reads `name=value` and `name=value:ecert`.
  static ArrayNode attributes(List<String> written) throws ClientException {
    ArrayNode attributes = JsonNodeFactory.instance.arrayNode();
    for (String each : written) {
      if (each.isEmpty()) {
        continue;
      }
      int equals = each.indexOf('=');
      if (equals < 0) {
        throw new ClientException(
            "Attribute '" + each + "' is missing '=' ; it must be of the form <name>=<value>");
      }
      List<String> parts = List.of(each.substring(equals + 1).split(":", -1));
      if (parts.size() > 2) {
        throw new ClientException(
            "Multiple ':' characters not allowed in attribute specification '"
                + each.substring(equals + 1)
                + "'; The attributes have been discarded!");
      }
      String flag = parts.size() == 2 ? parts.getLast().toLowerCase(Locale.ROOT) : "";
      if (!flag.isEmpty() && !flag.equals("ecert")) {
        throw new ClientException("Invalid attribute flag: '" + parts.getLast() + "'");
      }
      ObjectNode node =
          attributes
              .addObject()
              .put("name", each.substring(0, equals))
              .put("value", parts.getFirst());
      if (!flag.isEmpty()) {
        node.put("ecert", true);
      }
    }
    return attributes;
  }

  /// Reads `name` and `name:opt`.
  static ArrayNode requests(List<String> written) throws ClientException {
    ArrayNode requests = JsonNodeFactory.instance.arrayNode();
    for (String each : written) {
      List<String> parts = List.of(each.split(":", -1));
      if (parts.size() > 2) {
        throw new ClientException(
            "Multiple ':' characters not allowed in attribute request specification; error at '"
                + each
                + "'");
      }
      ObjectNode node = requests.addObject().put("name", parts.getFirst());
      if (parts.size() == 2) {
        if (!parts.getLast().equals("opt")) {
          throw new ClientException(
              "Invalid option in attribute request specification at '"
                  + each
                  + "'; the value after the colon must be 'opt'");
        }
        node.put("optional", true);
      }
    }
    return requests;
  }
}
