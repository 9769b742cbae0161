package io.denim.node;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes such as `512 KB`: powers of 1024, with or without a space and a final B, as upstream reads
/// them (fabric v3.1.5 common/viperutil/config_util.go).
public final class ByteSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*([kmg]?)b?");

  private ByteSize() {}

  /// @throws IllegalArgumentException if the text is no size, or one past 2^63
  public static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a size such as 512 KB or 10 MB");
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large a size", e);
    }
  }
}
