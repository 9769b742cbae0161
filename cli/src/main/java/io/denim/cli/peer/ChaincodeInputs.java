package io.denim.cli.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What is handed to a chaincode, as the command line tells it in JSON: `{"Args":["f","x"]}`, or
/// `{"Function":"f","Args":["x"]}`, keys in any case (fabric v3.1.5 internal/peer/chaincode).
final class ChaincodeInputs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEYS =
      "JSON chaincode parameters must contain the following keys: 'Args' or 'Function' and 'Args'";

  private ChaincodeInputs() {}

  static List<ByteString> arguments(String json) throws ClientException {
    if (json.equals("{}")) {
      throw new ClientException("empty " + KEYS);
    }
    Map<String, JsonNode> entries = entries(json, "chaincode argument error");
    Map<String, JsonNode> lower = new HashMap<>();
    entries.forEach((key, value) -> lower.put(key.toLowerCase(Locale.ROOT), value));
    JsonNode list = lower.get("args");
    JsonNode function = lower.get("function");
    if (list == null || (entries.size() == 2 && function == null) || entries.size() > 2) {
      throw new ClientException("non-empty " + KEYS);
    }
    List<ByteString> arguments = new ArrayList<>();
    if (function != null) {
      arguments.add(text(function));
    }
    if (!list.isArray() && !list.isNull()) {
      throw new ClientException("chaincode argument error: Args is no list");
    }
    for (JsonNode each : list) {
      arguments.add(text(each));
    }
    return arguments;
  }

  private static ByteString text(JsonNode node) throws ClientException {
    if (!node.isTextual()) {
      throw new ClientException("chaincode argument error: " + node + " is no string");
    }
    return ByteString.copyFromUtf8(node.textValue());
  }

  /// Transient values, in Base64 in the JSON.
  ///
  /// @param json empty for none
  static Map<String, ByteString> transientData(String json) throws ClientException {
    if (json.isEmpty()) {
      return Map.of();
    }
    Map<String, ByteString> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry :
        entries(json, "error parsing transient string").entrySet()) {
      try {
        values.put(
            entry.getKey(),
            ByteString.copyFrom(Base64.getDecoder().decode(entry.getValue().asText())));
      } catch (IllegalArgumentException e) {
        throw new ClientException(
            "error parsing transient string: " + entry.getKey() + " is not Base64", e);
      }
    }
    return values;
  }

  private static Map<String, JsonNode> entries(String json, String failed) throws ClientException {
    try {
      JsonNode tree = JSON.readTree(json);
      if (!tree.isObject()) {
        throw new ClientException(failed + ": '" + json + "' is no JSON object");
      }
      Map<String, JsonNode> entries = new HashMap<>();
      for (Map.Entry<String, JsonNode> entry : tree.properties()) {
        entries.put(entry.getKey(), entry.getValue());
      }
      return entries;
    } catch (JsonProcessingException e) {
      throw new ClientException(failed + ": " + e.getOriginalMessage(), e);
    }
  }
}
