package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;

/// Writes JSON as Go's `json.Marshal` does: no spaces, members in the order of their names' bytes,
/// `<`, `>`, `&`, U+2028 and U+2029 escaped, numbers in the shortest form that reads back.
public final class JsonText {
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double SMALLEST_EXPONENT = 1e21;
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  public static String of(Json value) {
    JsonText text = new JsonText();
    text.append(value);
    return text.out.toString();
  }

  public static ByteString bytes(Json value) {
    return ByteString.copyFromUtf8(of(value));
  }

  private void append(Json value) {
    switch (value) {
      case Json.Null ignored -> out.append("null");
      case Json.Bool bool -> out.append(bool.value());
      case Json.Num num -> out.append(number(num));
      case Json.Text text -> append(text.value());
      case Json.Array array -> {
        String separator = "";
        out.append('[');
        for (Json element : array.values()) {
          out.append(separator);
          append(element);
          separator = ",";
        }
        out.append(']');
      }
      case Json.Obj object -> {
        String separator = "";
        out.append('{');
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          out.append(separator);
          append(member.getKey());
          out.append(':');
          append(member.getValue());
          separator = ",";
        }
        out.append('}');
      }
    }
  }

  /// The digits of a number; zero has no sign, since CouchDB keeps none.
  static String number(Json.Num num) {
    double value = num.value();
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    BigDecimal shortest = shortest(value);
    if (size >= SMALLEST_PLAIN && size < SMALLEST_EXPONENT) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }

  /// Java writes two digits of a double at the least, also where one tells it.
  private static BigDecimal shortest(double value) {
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    BigDecimal one = digits.round(new MathContext(1));
    return one.doubleValue() == value ? one.stripTrailingZeros() : digits;
  }

  private void append(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '<', '>', '&', LINE_SEPARATOR, PARAGRAPH_SEPARATOR -> escape(c);
        default -> {
          if (c < ' ') {
            escape(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u%04x".formatted((int) c));
  }
}
