package io.denim.cli.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// JSON as Go's `encoding/json` writes it: of protobuf messages as the structs that Go generates
/// for them, and of text that is JSON already, indented by tabs.
public final class GoJson {
  private GoJson() {}

  /// A message on one line.
  public static String compact(Message message) {
    StringBuilder out = new StringBuilder();
    object(message, out);
    return out.toString();
  }

  /// A message over many lines.
  public static String indented(Message message) {
    return indented(compact(message));
  }

  /// JSON with the layout of `json.Indent(…, "", "\t")`.
  public static String indented(String json) {
    StringBuilder out = new StringBuilder(json.length() * 2);
    int depth = 0;
    boolean quoted = false;
    boolean opened = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (quoted) {
        out.append(c);
        if (c == '\\' && i + 1 < json.length()) {
          i++;
          out.append(json.charAt(i));
        } else if (c == '"') {
          quoted = false;
        }
        continue;
      }
      if (Character.isWhitespace(c)) {
        continue;
      }
      boolean closing = c == '}' || c == ']';
      if (opened && !closing) {
        depth++;
        line(out, depth);
      }
      if (closing && !opened) {
        depth--;
        line(out, depth);
      }
      opened = c == '{' || c == '[';
      out.append(c);
      switch (c) {
        case ',' -> line(out, depth);
        case ':' -> out.append(' ');
        case '"' -> quoted = true;
        default -> {}
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, int depth) {
    out.append('\n').append("\t".repeat(Math.max(0, depth)));
  }

  private static void object(Message message, StringBuilder out) {
    out.append('{');
    boolean first = true;
    Set<OneofDescriptor> seen = new LinkedHashSet<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      OneofDescriptor oneof = field.getContainingOneof();
      if (oneof != null) {
        if (seen.add(oneof)) {
          first = separate(first, out);
          string(camel(oneof.getName()), out);
          out.append(':');
          choice(message, oneof, out);
        }
      } else if (field.isRepeated()
          ? message.getRepeatedFieldCount(field) > 0
          : field.hasPresence()
              ? message.hasField(field)
              : !message.getField(field).equals(field.getDefaultValue())) {
        first = separate(first, out);
        string(field.getName(), out);
        out.append(':');
        value(message, field, out);
      }
    }
    out.append('}');
  }

  private static boolean separate(boolean first, StringBuilder out) {
    if (!first) {
      out.append(',');
    }
    return false;
  }

  private static void choice(Message message, OneofDescriptor oneof, StringBuilder out) {
    FieldDescriptor chosen = message.getOneofFieldDescriptor(oneof);
    if (chosen == null) {
      out.append("null");
      return;
    }
    out.append('{');
    string(camel(chosen.getName()), out);
    out.append(':');
    value(message, chosen, out);
    out.append('}');
  }

  private static String camel(String name) {
    StringBuilder camel = new StringBuilder();
    for (String part : name.split("_", -1)) {
      if (!part.isEmpty()) {
        camel.append(Character.toUpperCase(part.charAt(0))).append(part, 1, part.length());
      }
    }
    return camel.toString();
  }

  private static void value(Message message, FieldDescriptor field, StringBuilder out) {
    if (field.isMapField()) {
      map(message, field, out);
    } else if (field.isRepeated()) {
      out.append('[');
      boolean first = true;
      for (Object element : (List<?>) message.getField(field)) {
        first = separate(first, out);
        scalar(element, out);
      }
      out.append(']');
    } else {
      scalar(message.getField(field), out);
    }
  }

  private static void map(Message message, FieldDescriptor field, StringBuilder out) {
    Map<String, Object> sorted = new TreeMap<>();
    for (Object each : (List<?>) message.getField(field)) {
      Message entry = (Message) each;
      List<FieldDescriptor> parts = entry.getDescriptorForType().getFields();
      sorted.put(entry.getField(parts.get(0)).toString(), entry.getField(parts.get(1)));
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, Object> entry : sorted.entrySet()) {
      first = separate(first, out);
      string(entry.getKey(), out);
      out.append(':');
      scalar(entry.getValue(), out);
    }
    out.append('}');
  }

  private static void scalar(Object value, StringBuilder out) {
    switch (value) {
      case Message message -> object(message, out);
      case ByteString bytes ->
          out.append('"')
              .append(Base64.getEncoder().encodeToString(bytes.toByteArray()))
              .append('"');
      case String text -> string(text, out);
      case EnumValueDescriptor constant -> out.append(constant.getNumber());
      default -> out.append(value);
    }
  }

  /// Escapes as Go does, for HTML too.
  public static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
