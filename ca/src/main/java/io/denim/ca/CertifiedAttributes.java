package io.denim.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The value of the attributes extension: JSON with the names in order and Go's escapes (fabric-ca
/// v1.5 lib/attrmgr/attrmgr.go). Stateless.
final class CertifiedAttributes {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CertifiedAttributes() {}

  /// What a request asks for, or what every certificate of the identity carries; empty if neither
  /// is anything.
  static ByteString of(CaIdentity identity, RequestBody body) throws CaRefusal {
    Optional<List<RequestBody>> asked = body.objects("attr_reqs");
    Map<String, String> values = new TreeMap<>();
    if (asked.isPresent()) {
      values.putAll(asked(identity, asked.get()));
    } else {
      for (Attribute attribute : identity.attributes()) {
        if (attribute.certified()) {
          values.put(attribute.name(), attribute.value());
        }
      }
      if (values.isEmpty()) {
        return ByteString.EMPTY;
      }
    }
    try {
      return ByteString.copyFromUtf8(escaped(JSON.writeValueAsString(Map.of("attrs", values))));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is no JSON: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> asked(CaIdentity identity, List<RequestBody> requests)
      throws CaRefusal {
    Map<String, String> values = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    for (RequestBody each : requests) {
      String name = each.text("name");
      Optional<String> value = identity.attribute(name);
      if (value.isPresent()) {
        values.put(name, value.get());
      } else if (!each.flag("optional")) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw CaRefusal.of(
          500,
          ErrorCode.UNKNOWN,
          "Failed to find requested attributes: The following required attributes are missing: ["
              + String.join(" ", missing)
              + "]");
    }
    return values;
  }

  private static String escaped(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
