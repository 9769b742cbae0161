package io.denim.cli.configtx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.denim.cli.command.GoJson;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.jspecify.annotations.Nullable;

/// Messages as JSON in which the messages within their bytes are JSON too, what `configtxlator
/// proto_decode` writes and people edit (fabric v3.1.5 vendors fabric-config protolator/json.go):
/// names as in the protos, all fields, sorted; 64-bit numbers as text; enums by name.
final class ProtolatorJson {
  private final StringBuilder out = new StringBuilder();

  private ProtolatorJson() {}

  /// @throws InvalidProtocolBufferException if bytes within are not what they should be
  static String encode(Message message) throws InvalidProtocolBufferException {
    ProtolatorJson json = new ProtolatorJson();
    json.message(message, Place.NONE);
    return GoJson.indented(json.out.toString());
  }

  /// @throws InvalidProtocolBufferException if bytes within are not what they should be
  static String encodeGroup(ConfigGroup group, GroupType type)
      throws InvalidProtocolBufferException {
    ProtolatorJson json = new ProtolatorJson();
    json.message(group, new Place(type, null));
    return GoJson.indented(json.out.toString());
  }

  /// Where in a configuration a message stands.
  ///
  /// @param group absent outside of configurations
  /// @param value the name of the value that the message is; absent where it is the group
  record Place(@Nullable GroupType group, @Nullable String value) {
    static final Place NONE = new Place(null, null);

    /// The place of an entry of one of the group's maps.
    Place entry(FieldDescriptor map, String key) throws InvalidProtocolBufferException {
      if (group == null || value != null) {
        return NONE;
      }
      return switch (map.getFullName()) {
        case "common.ConfigGroup.groups" -> new Place(group.group(key), null);
        case "common.ConfigGroup.values" -> new Place(group, key);
        default -> NONE;
      };
    }

    boolean holdsValue(FieldDescriptor field) {
      return group != null
          && value != null
          && field.getFullName().equals("common.ConfigValue.value");
    }

    Message valueType() throws InvalidProtocolBufferException {
      if (group == null || value == null) {
        throw new IllegalStateException("no value stands here");
      }
      return group.value(value);
    }
  }

  private void message(Message message, Place place) throws InvalidProtocolBufferException {
    if (message instanceof Timestamp timestamp) {
      GoJson.string(timestamp(timestamp), out);
      return;
    }
    Map<String, FieldDescriptor> sorted = new TreeMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getContainingOneof() == null || message.hasField(field)) {
        sorted.put(field.getName(), field);
      }
    }
    out.append('{');
    String comma = "";
    for (FieldDescriptor field : sorted.values()) {
      out.append(comma);
      comma = ",";
      GoJson.string(field.getName(), out);
      out.append(':');
      field(message, field, place);
    }
    out.append('}');
  }

  private void field(Message message, FieldDescriptor field, Place place)
      throws InvalidProtocolBufferException {
    if (field.isMapField()) {
      map(message, field, place);
    } else if (field.isRepeated()) {
      out.append('[');
      String comma = "";
      for (Object element : (List<?>) message.getField(field)) {
        out.append(comma);
        comma = ",";
        element(message, field, element, place);
      }
      out.append(']');
    } else if (field.hasPresence() && !message.hasField(field)) {
      out.append("null");
    } else {
      element(message, field, message.getField(field), place);
    }
  }

  private void element(Message owner, FieldDescriptor field, Object value, Place place)
      throws InvalidProtocolBufferException {
    boolean placed = place.holdsValue(field);
    if (value instanceof ByteString bytes && (placed || OpaqueFields.contains(field))) {
      if (bytes.isEmpty()) {
        out.append("null");
        return;
      }
      Message prototype = placed ? place.valueType() : OpaqueFields.prototype(owner, field);
      try {
        message(prototype.getParserForType().parseFrom(bytes), Place.NONE);
      } catch (InvalidProtocolBufferException e) {
        throw new InvalidProtocolBufferException(field.getFullName() + ": " + e.getMessage(), e);
      }
    } else if (value instanceof Message inner) {
      message(
          inner, OpaqueFields.root(field).map(type -> new Place(type, null)).orElse(Place.NONE));
    } else {
      scalar(field, value);
    }
  }

  private void map(Message message, FieldDescriptor field, Place place)
      throws InvalidProtocolBufferException {
    Map<String, Object> sorted = new TreeMap<>();
    List<FieldDescriptor> parts = field.getMessageType().getFields();
    for (Object each : (List<?>) message.getField(field)) {
      Message entry = (Message) each;
      sorted.put(entry.getField(parts.get(0)).toString(), entry.getField(parts.get(1)));
    }
    out.append('{');
    String comma = "";
    for (Map.Entry<String, Object> entry : sorted.entrySet()) {
      out.append(comma);
      comma = ",";
      GoJson.string(entry.getKey(), out);
      out.append(':');
      if (entry.getValue() instanceof Message inner) {
        message(inner, place.entry(field, entry.getKey()));
      } else {
        scalar(parts.get(1), entry.getValue());
      }
    }
    out.append('}');
  }

  private void scalar(FieldDescriptor field, Object value) {
    switch (value) {
      case String text -> GoJson.string(text, out);
      case ByteString bytes ->
          GoJson.string(Base64.getEncoder().encodeToString(bytes.toByteArray()), out);
      case EnumValueDescriptor constant -> {
        if (constant.getIndex() < 0) {
          out.append(constant.getNumber());
        } else {
          GoJson.string(constant.getName(), out);
        }
      }
      case Long number -> {
        boolean unsigned =
            field.getType() == FieldDescriptor.Type.UINT64
                || field.getType() == FieldDescriptor.Type.FIXED64;
        GoJson.string(unsigned ? Long.toUnsignedString(number) : Long.toString(number), out);
      }
      case Integer number -> {
        boolean unsigned =
            field.getType() == FieldDescriptor.Type.UINT32
                || field.getType() == FieldDescriptor.Type.FIXED32;
        out.append(unsigned ? Integer.toUnsignedString(number) : Integer.toString(number));
      }
      default -> out.append(value);
    }
  }

  /// RFC 3339 with no, three, six or nine digits after the second.
  private static String timestamp(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
  }
}
