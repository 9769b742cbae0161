package io.denim.ledger.json;

/// Decodes UTF-8 as Go does: each byte that begins no character becomes one U+FFFD.
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int MIN_TWO = 0x80;
  private static final int MIN_THREE = 0x800;
  private static final int MIN_FOUR = 0x10000;

  private Utf8() {}

  /// Appends the character at a place.
  ///
  /// @return how many bytes it takes
  static int append(byte[] bytes, int at, StringBuilder text) {
    int first = bytes[at] & 0xff;
    if (first < MIN_TWO) {
      text.append((char) first);
      return 1;
    }
    int length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : 2;
    int minimum = length == 4 ? MIN_FOUR : length == 3 ? MIN_THREE : MIN_TWO;
    int point = first & (0xff >> (length + 1));
    if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) {
      text.append(REPLACEMENT);
      return 1;
    }
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) {
        text.append(REPLACEMENT);
        return 1;
      }
      point = point << 6 | (bytes[at + i] & 0x3f);
    }
    boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    if (point < minimum || point > Character.MAX_CODE_POINT || surrogate) {
      text.append(REPLACEMENT);
      return 1;
    }
    text.appendCodePoint(point);
    return length;
  }
}
