package io.denim.cli.configtx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Makes messages of what {@link ProtolatorJson} writes (fabric v3.1.5 vendors fabric-config
/// protolator/json.go). Strict as protojson: a name that is no field's is refused.
final class ProtolatorReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProtolatorReader() {}

  /// @param prototype of the message's type
  /// @throws IOException if the text is no JSON, or not of such a message
  static Message decode(byte[] json, Message prototype) throws IOException {
    JsonNode tree = JSON.readTree(json);
    return message(tree, prototype.newBuilderForType(), ProtolatorJson.Place.NONE);
  }

  /// The message's bytes, maps sorted by key.
  static ByteString bytes(Message message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    message.writeTo(out);
    out.flush();
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static Message message(JsonNode tree, Message.Builder builder, ProtolatorJson.Place place)
      throws IOException {
    Descriptor type = builder.getDescriptorForType();
    if (type.getFullName().equals(Timestamp.getDescriptor().getFullName())) {
      return builder.mergeFrom(timestamp(tree).toByteString()).build();
    }
    if (!tree.isObject()) {
      throw new InvalidProtocolBufferException(
          "expected a " + type.getFullName() + ", but there is " + tree.getNodeType());
    }
    // What tells the types of others comes first.
    List<FieldDescriptor> opaque = new ArrayList<>();
    List<JsonNode> opaqueTrees = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      FieldDescriptor field = field(type, entry.getKey());
      if (entry.getValue().isNull()) {
        continue;
      }
      if (place.holdsValue(field) || OpaqueFields.contains(field)) {
        opaque.add(field);
        opaqueTrees.add(entry.getValue());
      } else {
        plain(builder, field, entry.getValue(), place);
      }
    }
    for (int i = 0; i < opaque.size(); i++) {
      opaque(builder, opaque.get(i), opaqueTrees.get(i), place);
    }
    return builder.build();
  }

  private static FieldDescriptor field(Descriptor type, String name)
      throws InvalidProtocolBufferException {
    FieldDescriptor field = type.findFieldByName(name);
    if (field != null) {
      return field;
    }
    for (FieldDescriptor each : type.getFields()) {
      if (each.getJsonName().equals(name)) {
        return each;
      }
    }
    throw new InvalidProtocolBufferException(
        "unknown field \"" + name + "\" of " + type.getFullName());
  }

  private static void opaque(
      Message.Builder builder, FieldDescriptor field, JsonNode tree, ProtolatorJson.Place place)
      throws IOException {
    Message prototype =
        place.holdsValue(field) ? place.valueType() : OpaqueFields.prototype(builder, field);
    if (!field.isRepeated()) {
      Message inner = message(tree, prototype.newBuilderForType(), ProtolatorJson.Place.NONE);
      builder.setField(field, bytes(inner));
      return;
    }
    for (JsonNode each : tree) {
      Message inner = message(each, prototype.newBuilderForType(), ProtolatorJson.Place.NONE);
      builder.addRepeatedField(field, bytes(inner));
    }
  }

  private static void plain(
      Message.Builder builder, FieldDescriptor field, JsonNode tree, ProtolatorJson.Place place)
      throws IOException {
    if (field.isMapField()) {
      map(builder, field, tree, place);
    } else if (field.isRepeated()) {
      if (!tree.isArray()) {
        throw wrong(field, tree);
      }
      for (JsonNode each : tree) {
        builder.addRepeatedField(field, value(builder, field, each));
      }
    } else {
      builder.setField(field, value(builder, field, tree));
    }
  }

  private static void map(
      Message.Builder builder, FieldDescriptor field, JsonNode tree, ProtolatorJson.Place place)
      throws IOException {
    FieldDescriptor keys = field.getMessageType().getFields().get(0);
    FieldDescriptor values = field.getMessageType().getFields().get(1);
    for (Map.Entry<String, JsonNode> each : tree.properties()) {
      Message.Builder entry = builder.newBuilderForField(field);
      entry.setField(keys, each.getKey());
      if (values.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        entry.setField(
            values,
            message(
                each.getValue(),
                entry.newBuilderForField(values),
                place.entry(field, each.getKey())));
      } else {
        entry.setField(values, scalar(values, each.getValue()));
      }
      builder.addRepeatedField(field, entry.build());
    }
  }

  private static Object value(Message.Builder builder, FieldDescriptor field, JsonNode tree)
      throws IOException {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return scalar(field, tree);
    }
    ProtolatorJson.Place place =
        OpaqueFields.root(field)
            .map(type -> new ProtolatorJson.Place(type, null))
            .orElse(ProtolatorJson.Place.NONE);
    return message(tree, builder.newBuilderForField(field), place);
  }

  private static Object scalar(FieldDescriptor field, JsonNode tree)
      throws InvalidProtocolBufferException {
    try {
      return switch (field.getJavaType()) {
        case STRING -> {
          if (!tree.isTextual()) {
            throw wrong(field, tree);
          }
          yield tree.textValue();
        }
        case BOOLEAN -> {
          if (!tree.isBoolean()) {
            throw wrong(field, tree);
          }
          yield tree.booleanValue();
        }
        case BYTE_STRING ->
            ByteString.copyFrom(
                Base64.getDecoder().decode(tree.asText().replace('-', '+').replace('_', '/')));
        case INT -> number32(field, tree.asText());
        case LONG -> {
          boolean unsigned =
              field.getType() == FieldDescriptor.Type.UINT64
                  || field.getType() == FieldDescriptor.Type.FIXED64;
          yield unsigned ? Long.parseUnsignedLong(tree.asText()) : Long.parseLong(tree.asText());
        }
        case FLOAT -> Float.valueOf(tree.asText());
        case DOUBLE -> Double.valueOf(tree.asText());
        case ENUM -> constant(field, tree);
        case MESSAGE -> throw wrong(field, tree);
      };
    } catch (IllegalArgumentException e) {
      throw wrong(field, tree);
    }
  }

  private static Object number32(FieldDescriptor field, String text) {
    boolean unsigned =
        field.getType() == FieldDescriptor.Type.UINT32
            || field.getType() == FieldDescriptor.Type.FIXED32;
    return unsigned ? Integer.parseUnsignedInt(text) : Integer.parseInt(text);
  }

  private static EnumValueDescriptor constant(FieldDescriptor field, JsonNode tree)
      throws InvalidProtocolBufferException {
    EnumValueDescriptor found =
        tree.isTextual()
            ? field.getEnumType().findValueByName(tree.textValue())
            : field.getEnumType().findValueByNumberCreatingIfUnknown(tree.asInt());
    if (found == null) {
      throw wrong(field, tree);
    }
    return found;
  }

  private static Timestamp timestamp(JsonNode tree) throws InvalidProtocolBufferException {
    try {
      Instant time = Instant.parse(tree.asText());
      return Timestamp.newBuilder()
          .setSeconds(time.getEpochSecond())
          .setNanos(time.getNano())
          .build();
    } catch (DateTimeException e) {
      throw new InvalidProtocolBufferException("invalid timestamp " + tree, new IOException(e));
    }
  }

  private static InvalidProtocolBufferException wrong(FieldDescriptor field, JsonNode tree) {
    return new InvalidProtocolBufferException(
        "invalid value for field " + field.getFullName() + ": " + tree);
  }
}
