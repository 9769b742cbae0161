package io.denim.node;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Times laid out by Go's reference time, `Mon Jan 2 15:04:05 MST 2006`, always in UTC as Fabric's
/// logs are.
final class GoTime {
  /// Go's element, Java's pattern; longer ones first where one begins another.
  private static final List<String[]> ELEMENTS =
      List.of(
          new String[] {"2006", "yyyy"},
          new String[] {"January", "MMMM"},
          new String[] {"Jan", "MMM"},
          new String[] {"Monday", "EEEE"},
          new String[] {"Mon", "EEE"},
          new String[] {"MST", "'UTC'"},
          new String[] {"Z07:00", "XXX"},
          new String[] {"-0700", "xx"},
          new String[] {"-07:00", "xxx"},
          new String[] {"01", "MM"},
          new String[] {"02", "dd"},
          new String[] {"03", "hh"},
          new String[] {"04", "mm"},
          new String[] {"05", "ss"},
          new String[] {"06", "yy"},
          new String[] {"15", "HH"},
          new String[] {"PM", "a"});

  private final DateTimeFormatter formatter;

  private GoTime(DateTimeFormatter formatter) {
    this.formatter = formatter;
  }

  static GoTime layout(String layout) {
    StringBuilder pattern = new StringBuilder();
    int at = 0;
    while (at < layout.length()) {
      at += append(pattern, layout, at);
    }
    return new GoTime(
        DateTimeFormatter.ofPattern(pattern.toString(), Locale.ROOT).withZone(ZoneOffset.UTC));
  }

  String format(Instant instant) {
    return formatter.format(instant);
  }

  /// Appends the element that begins at a place and answers its length.
  private static int append(StringBuilder pattern, String layout, int at) {
    char c = layout.charAt(at);
    int digits = digitsAfter(layout, at);
    if ((c == '.' || c == ',') && digits > 0) {
      pattern.append(c).append("S".repeat(Math.min(digits, 9)));
      return 1 + digits;
    }
    for (String[] element : ELEMENTS) {
      if (layout.startsWith(element[0], at)) {
        pattern.append(element[1]);
        return element[0].length();
      }
    }
    pattern.append(c == '\'' ? "''" : Character.isLetter(c) ? "'" + c + "'" : String.valueOf(c));
    return 1;
  }

  /// How many zeros, or nines, follow: the digits of a fraction.
  private static int digitsAfter(String layout, int at) {
    int end = at + 1;
    while (end < layout.length()
        && (layout.charAt(end) == '0' || layout.charAt(end) == '9')
        && layout.charAt(end) == layout.charAt(at + 1)) {
      end++;
    }
    return end - at - 1;
  }
}
