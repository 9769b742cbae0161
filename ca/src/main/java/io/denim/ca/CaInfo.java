package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// `cainfo`: what anybody may know of a CA (fabric-ca v1.5 lib/serverinfo.go). Stateless.
final class CaInfo {
  /// The release of Fabric's CA whose interface this one has.
  static final String VERSION = "v1.5.21";

  private static final ObjectMapper JSON = new ObjectMapper();

  private CaInfo() {}

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static JsonNode get(CaRequest request) throws CaRefusal {
    return of(request.ca(), VERSION);
  }

  /// There is no Idemix issuer, so its keys are empty.
  static ObjectNode of(Ca ca, String version) {
    ObjectNode info = object();
    info.put("CAName", ca.name());
    info.put("CAChain", ca.chain());
    info.put("IssuerPublicKey", "");
    info.put("IssuerRevocationPublicKey", "");
    info.put("Version", version);
    return info;
  }
}
