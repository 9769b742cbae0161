package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads JSON as Go's `encoding/json` does: strict grammar, the last of equally named members wins,
/// bytes that are not UTF-8 and lone surrogates become U+FFFD, a number beyond a double's range is
/// an error. Deeper nesting than {@link #MAX_DEPTH} is an error too (Go stops at 10,000).
public final class JsonParser {
  /// How deep values may nest.
  public static final int MAX_DEPTH = 500;

  private static final char REPLACEMENT = '\uFFFD';

  private final byte[] bytes;
  private final boolean asWritten;
  private int at;
  private int depth;

  /// @param asWritten whether `5.0` is told from `5`
  private JsonParser(byte[] bytes, boolean asWritten) {
    this.bytes = bytes;
    this.asWritten = asWritten;
  }

  /// Reads bytes that are one JSON value and nothing else.
  public static Json parse(ByteString bytes) throws JsonException {
    JsonParser parser = new JsonParser(bytes.toByteArray(), false);
    Json value = parser.value();
    parser.skipSpace();
    if (parser.at < parser.bytes.length) {
      throw parser.invalid("after top-level value");
    }
    return value;
  }

  /// Reads the value that bytes begin with, with numbers as they are written.
  public static Json parseFirst(ByteString bytes) throws JsonException {
    JsonParser parser = new JsonParser(bytes.toByteArray(), true);
    parser.skipSpace();
    if (parser.at >= parser.bytes.length) {
      throw new JsonException("EOF");
    }
    return parser.value();
  }

  private Json value() throws JsonException {
    skipSpace();
    int first = peek();
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Text(text());
      case 't' -> literal("true", Json.TRUE);
      case 'f' -> literal("false", Json.FALSE);
      case 'n' -> literal("null", Json.NULL);
      default -> {
        if (first != '-' && !isDigit(first)) {
          throw invalid("looking for beginning of value");
        }
        yield number();
      }
    };
  }

  private Json object() throws JsonException {
    enter();
    SortedMap<String, Json> members = new TreeMap<>(Json.Obj.BY_BYTES);
    at++;
    skipSpace();
    if (peek() == '}') {
      at++;
      depth--;
      return new Json.Obj(members);
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw invalid("looking for beginning of object key string");
      }
      String name = text();
      skipSpace();
      if (peek() != ':') {
        throw invalid("after object key");
      }
      at++;
      members.put(name, value());
      skipSpace();
      int next = peek();
      if (next != ',' && next != '}') {
        throw invalid("after object key:value pair");
      }
      at++;
      if (next == '}') {
        depth--;
        return new Json.Obj(members);
      }
    }
  }

  private Json array() throws JsonException {
    enter();
    List<Json> values = new ArrayList<>();
    at++;
    skipSpace();
    if (peek() == ']') {
      at++;
      depth--;
      return new Json.Array(values);
    }
    while (true) {
      values.add(value());
      skipSpace();
      int next = peek();
      if (next != ',' && next != ']') {
        throw invalid("after array element");
      }
      at++;
      if (next == ']') {
        depth--;
        return new Json.Array(values);
      }
    }
  }

  private void enter() throws JsonException {
    if (++depth > MAX_DEPTH) {
      throw new JsonException("exceeded max depth");
    }
  }

  private Json literal(String word, Json value) throws JsonException {
    for (int i = 0; i < word.length(); i++) {
      if (peek() != word.charAt(i)) {
        throw invalid("in literal %s (expecting %s)".formatted(word, quoted(word.charAt(i))));
      }
      at++;
    }
    return value;
  }

  private Json number() throws JsonException {
    int start = at;
    boolean integer = true;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits("in numeric literal");
    }
    if (at < bytes.length && bytes[at] == '.') {
      integer = false;
      at++;
      digits("after decimal point in numeric literal");
    }
    if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
      integer = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits("in exponent of numeric literal");
    }
    String written = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
    double value = Double.parseDouble(written) + 0.0;
    if (Double.isInfinite(value)) {
      throw new JsonException(
          "json: cannot unmarshal number " + written + " into Go value of type float64");
    }
    return asWritten ? new Json.Num(value, integer) : Json.Num.of(value);
  }

  private void digits(String where) throws JsonException {
    if (!isDigit(peek())) {
      throw invalid(where);
    }
    while (at < bytes.length && isDigit(bytes[at])) {
      at++;
    }
  }

  private String text() throws JsonException {
    at++;
    int start = at;
    while (peek() >= ' ' && peek() < 0x80 && peek() != '"' && peek() != '\\') {
      at++;
    }
    String plain = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
    if (peek() == '"') {
      at++;
      return plain;
    }
    StringBuilder text = new StringBuilder(plain);
    while (true) {
      int next = peek();
      if (next == '"') {
        at++;
        return text.toString();
      } else if (next < ' ') {
        throw invalid("in string literal");
      } else if (next == '\\') {
        at++;
        escape(text);
      } else {
        at += Utf8.append(bytes, at, text);
      }
    }
  }

  private void escape(StringBuilder text) throws JsonException {
    int kind = peek();
    at++;
    switch (kind) {
      case '"', '\\', '/' -> text.append((char) kind);
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'u' -> unicode(text);
      default -> {
        at--;
        throw invalid("in string escape code");
      }
    }
  }

  private void unicode(StringBuilder text) throws JsonException {
    char unit = hex();
    if (!Character.isSurrogate(unit)) {
      text.append(unit);
      return;
    }
    if (Character.isHighSurrogate(unit)
        && at + 1 < bytes.length
        && bytes[at] == '\\'
        && bytes[at + 1] == 'u') {
      int before = at;
      at += 2;
      char low = hex();
      if (Character.isLowSurrogate(low)) {
        text.append(unit).append(low);
        return;
      }
      at = before;
    }
    text.append(REPLACEMENT);
  }

  private char hex() throws JsonException {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw invalid("in \\u hexadecimal character escape");
      }
      unit = unit << 4 | digit;
      at++;
    }
    return (char) unit;
  }

  private void skipSpace() {
    while (at < bytes.length
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }

  private int peek() throws JsonException {
    if (at >= bytes.length) {
      throw new JsonException("unexpected end of JSON input");
    }
    return bytes[at] & 0xff;
  }

  private JsonException invalid(String where) {
    return new JsonException("invalid character %s %s".formatted(quoted(bytes[at] & 0xff), where));
  }

  private static String quoted(int b) {
    return switch (b) {
      case '\'' -> "'\\''";
      case '"' -> "'\"'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      default -> b < ' ' ? "'\\x%02x'".formatted(b) : "'" + (char) b + "'";
    };
  }
}
