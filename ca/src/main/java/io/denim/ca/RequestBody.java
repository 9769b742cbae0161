package io.denim.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request's JSON object, read as Go reads one into a structure: names regardless of case, absent
/// and null fields are empty, a value of another kind is refused. Immutable.
final class RequestBody {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode object;
  private final boolean isEmpty;

  private RequestBody(JsonNode object, boolean isEmpty) {
    this.object = object;
    this.isEmpty = isEmpty;
  }

  /// Parses a body; one without bytes is an empty object.
  static RequestBody parse(ByteString bytes) throws CaRefusal {
    if (bytes.isEmpty()) {
      return new RequestBody(JSON.createObjectNode(), true);
    }
    JsonNode node;
    try {
      node = JSON.readTree(bytes.newInput());
    } catch (JsonProcessingException e) {
      throw invalid(e.getOriginalMessage());
    } catch (IOException e) {
      throw invalid("its text is not UTF-8");
    }
    if (node == null || !(node.isObject() || node.isNull())) {
      throw invalid("a JSON object is expected");
    }
    return new RequestBody(node.isNull() ? JSON.createObjectNode() : node, false);
  }

  private static CaRefusal invalid(@Nullable String reason) {
    return CaRefusal.of(400, ErrorCode.BAD_BODY, "Invalid request body: " + reason);
  }

  /// Whether there was no body at all.
  boolean isEmpty() {
    return isEmpty;
  }

  /// The text of a field; empty where it is absent.
  String text(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return "";
    }
    if (!value.isTextual()) {
      throw invalid("field " + name + " is not a string");
    }
    return value.textValue();
  }

  int number(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return 0;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw invalid("field " + name + " is not a whole number");
    }
    return value.intValue();
  }

  boolean flag(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw invalid("field " + name + " is not true or false");
    }
    return value.booleanValue();
  }

  /// A time of RFC 3339; none where it is absent or Go's zero, the first instant of year 1.
  Optional<Instant> time(String name) throws CaRefusal {
    String text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      return time.getYear() <= 1 ? Optional.empty() : Optional.of(time.toInstant());
    } catch (DateTimeException e) {
      throw invalid("field " + name + " is not a time of RFC 3339");
    }
  }

  Optional<RequestBody> object(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      throw invalid("field " + name + " is not an object");
    }
    return Optional.of(new RequestBody(value, false));
  }

  /// The objects of a list; none where it is absent.
  Optional<List<RequestBody>> objects(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return Optional.empty();
    }
    List<RequestBody> objects = new ArrayList<>();
    for (JsonNode each : elements(name, value)) {
      if (!each.isObject()) {
        throw invalid("field " + name + " is not a list of objects");
      }
      objects.add(new RequestBody(each, false));
    }
    return Optional.of(objects);
  }

  Optional<List<String>> texts(String name) throws CaRefusal {
    JsonNode value = field(name);
    if (value == null) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : elements(name, value)) {
      if (!each.isTextual()) {
        throw invalid("field " + name + " is not a list of strings");
      }
      texts.add(each.textValue());
    }
    return Optional.of(texts);
  }

  /// The attributes of an identity that is registered or modified.
  List<Attribute> attributes() throws CaRefusal {
    List<Attribute> attributes = new ArrayList<>();
    for (RequestBody each : objects("attrs").orElse(List.of())) {
      attributes.add(new Attribute(each.text("name"), each.text("value"), each.flag("ecert")));
    }
    return attributes;
  }

  private static JsonNode elements(String name, JsonNode value) throws CaRefusal {
    if (!value.isArray()) {
      throw invalid("field " + name + " is not a list");
    }
    return value;
  }

  /// The last field of the name, however it is written.
  private @Nullable JsonNode field(String name) {
    JsonNode found = null;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        found = field.getValue();
      }
    }
    return found == null || found.isNull() ? null : found;
  }
}
