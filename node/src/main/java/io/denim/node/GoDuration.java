package io.denim.node;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go's `time.ParseDuration` reads and `Duration.String` writes them.
public final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /// @param text such as `1h2m3.5s`, or a bare number of nanoseconds
  /// @throws IllegalArgumentException if it is neither
  public static Duration parse(String text) {
    String unsigned = text.strip();
    boolean negative = unsigned.startsWith("-");
    if (negative || unsigned.startsWith("+")) {
      unsigned = unsigned.substring(1);
    }
    Duration size =
        unsigned.matches("\\d{1,18}")
            ? Duration.ofNanos(Long.parseLong(unsigned))
            : parts(text, unsigned);
    return negative ? size.negated() : size;
  }

  private static Duration parts(String text, String unsigned) {
    Matcher matcher = PART.matcher(unsigned);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      BigDecimal unit = BigDecimal.valueOf(nanosOf(matcher.group(2)));
      nanos = nanos.add(new BigDecimal(matcher.group(1)).multiply(unit));
      end = matcher.end();
    }
    if (end == 0 || end != unsigned.length() || nanos.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("'" + text + "' is not a duration such as 300ms or 10s");
    }
    return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
  }

  /// As Go prints it, `1h0m0s`, `1.5s` or `300ms`.
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    String sign = nanos < 0 ? "-" : "";
    long size = Math.abs(nanos);
    if (size < 1_000_000_000L) {
      return sign
          + (size < 1_000
              ? decimal(size, 1) + "ns"
              : size < 1_000_000 ? decimal(size, 1_000) + "µs" : decimal(size, 1_000_000) + "ms");
    }
    long hours = size / 3_600_000_000_000L;
    long minutes = size / 60_000_000_000L % 60;
    String seconds = decimal(size % 60_000_000_000L, 1_000_000_000L) + "s";
    if (hours > 0) {
      return sign + hours + "h" + minutes + "m" + seconds;
    }
    return sign + (minutes > 0 ? minutes + "m" : "") + seconds;
  }

  private static long nanosOf(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "ms" -> 1_000_000;
      case "s" -> 1_000_000_000;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      default -> 1_000; // microseconds, with either of the two letters that look like mu
    };
  }

  private static String decimal(long value, long unit) {
    return BigDecimal.valueOf(value)
        .divide(BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }
}
