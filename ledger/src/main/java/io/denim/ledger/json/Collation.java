package io.denim.ledger.json;

import com.ibm.icu.text.Collator;
import com.ibm.icu.util.ULocale;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// CouchDB's order of JSON values: null, false, true, numbers, texts by the Unicode collation of
/// the root locale, arrays, objects (couchdb src/couch/priv/couch_ejson_compare). Values that
/// compare as equal are equal to its operators. Safe for use by any thread.
///
/// A value's key is bytes whose unsigned order is this order; no key is the beginning of another
/// one, so keys can be joined. Keys are valid for one {@link #version} only.
public final class Collation {
  private static final Collator TEXTS = Collator.getInstance(ULocale.ROOT).freeze();

  /// After so many bytes a value's key is cut; what follows is not told apart by an index.
  static final int MAX_KEY = 1024;

  /// So much of a text is looked at for its key, far more than fits.
  private static final int MAX_TEXT = 64 * 1024;

  private static final int END = 0;
  private static final int NULL = 1;
  private static final int FALSE = 2;
  private static final int TRUE = 3;
  private static final int NUMBER = 4;
  private static final int TEXT = 5;
  private static final int ARRAY = 6;
  private static final int OBJECT = 7;

  private Collation() {}

  /// Names the collation's rules; stored keys of another version are of no use.
  public static String version() {
    return "1/%s/%s".formatted(TEXTS.getVersion(), TEXTS.getUCAVersion());
  }

  static int compare(Json left, Json right) {
    int types = Integer.compare(rank(left), rank(right));
    if (types != 0) {
      return types;
    }
    return switch (left) {
      case Json.Null ignored -> 0;
      case Json.Bool ignored -> 0;
      case Json.Num num -> compareNumbers(num, (Json.Num) right);
      case Json.Text text -> compareTexts(text.value(), ((Json.Text) right).value());
      case Json.Array array -> compareArrays(array.values(), ((Json.Array) right).values());
      case Json.Obj object -> compareObjects(object, (Json.Obj) right);
    };
  }

  private static int rank(Json value) {
    return switch (value) {
      case Json.Null ignored -> NULL;
      case Json.Bool bool -> bool.value() ? TRUE : FALSE;
      case Json.Num ignored -> NUMBER;
      case Json.Text ignored -> TEXT;
      case Json.Array ignored -> ARRAY;
      case Json.Obj ignored -> OBJECT;
    };
  }

  private static int compareNumbers(Json.Num left, Json.Num right) {
    return Double.compare(left.value() + 0.0, right.value() + 0.0);
  }

  static int compareTexts(String left, String right) {
    return left.equals(right) ? 0 : TEXTS.compare(left, right);
  }

  private static int compareArrays(List<Json> left, List<Json> right) {
    int common = Math.min(left.size(), right.size());
    for (int i = 0; i < common; i++) {
      int order = compare(left.get(i), right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  private static int compareObjects(Json.Obj left, Json.Obj right) {
    Iterator<Map.Entry<String, Json>> rights = right.members().entrySet().iterator();
    for (Map.Entry<String, Json> member : left.members().entrySet()) {
      if (!rights.hasNext()) {
        return 1;
      }
      Map.Entry<String, Json> other = rights.next();
      int names = compareTexts(member.getKey(), other.getKey());
      int order = names != 0 ? names : compare(member.getValue(), other.getValue());
      if (order != 0) {
        return order;
      }
    }
    return rights.hasNext() ? -1 : 0;
  }

  /// Appends a value's key.
  ///
  /// @return false if it was cut, after which no other key may follow
  static boolean append(Json value, ByteArrayOutputStream out) {
    ByteArrayOutputStream key = new ByteArrayOutputStream(32);
    appendWhole(value, key);
    byte[] bytes = key.toByteArray();
    out.write(bytes, 0, Math.min(bytes.length, MAX_KEY));
    return bytes.length <= MAX_KEY;
  }

  private static void appendWhole(Json value, ByteArrayOutputStream out) {
    if (out.size() > MAX_KEY) {
      return;
    }
    out.write(rank(value));
    switch (value) {
      case Json.Null ignored -> {}
      case Json.Bool ignored -> {}
      case Json.Num num -> out.writeBytes(ordered(num.value() + 0.0));
      case Json.Text text -> appendText(text.value(), out);
      case Json.Array array -> {
        for (Json element : array.values()) {
          appendWhole(element, out);
        }
        out.write(END);
      }
      case Json.Obj object -> {
        object
            .members()
            .forEach((name, member) -> {
              out.write(TEXT);
              appendText(name, out);
              appendWhole(member, out);
            });
        out.write(END);
      }
    }
  }

  /// Appends a text's sort key, which ends with a zero byte and has no other.
  private static void appendText(String text, ByteArrayOutputStream out) {
    String begin = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    out.writeBytes(TEXTS.getCollationKey(begin).toByteArray());
    if (begin.length() < text.length()) {
      out.writeBytes(new byte[MAX_KEY]);
    }
  }

  private static byte[] ordered(double value) {
    long bits = Double.doubleToLongBits(value);
    long sign = bits >> (Long.SIZE - 1) | Long.MIN_VALUE;
    return ByteBuffer.allocate(Long.BYTES).putLong(bits ^ sign).array();
  }
}
