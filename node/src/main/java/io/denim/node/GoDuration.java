package io.denim.node;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go's `time.ParseDuration` reads and `Duration.String` writes them.
public final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Pattern GO_PART =
      Pattern.compile("(?<digits>[0-9]*)(?<fraction>\\.[0-9]*)?(?<unit>[^.0-9]*)", Pattern.DOTALL);
  private static final Set<String> UNITS = Set.of("ns", "us", "µs", "μs", "ms", "s", "m", "h");

  private GoDuration() {}

  /// Reads what Go reads and nothing more, for values that Go nodes must agree on.
  ///
  /// @throws IllegalArgumentException if it is none, in Go's words (time/format.go ParseDuration)
  public static Duration parseAsGo(String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String rest = signed ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Duration.ZERO;
    }
    if (rest.isEmpty()) {
      throw refused("invalid duration", text);
    }
    BigDecimal nanos = BigDecimal.ZERO;
    while (!rest.isEmpty()) {
      Matcher part = GO_PART.matcher(rest);
      if (!part.lookingAt() || !hasDigits(part)) {
        throw refused("invalid duration", text);
      }
      String unit = part.group("unit");
      if (unit.isEmpty()) {
        throw refused("missing unit in duration", text);
      }
      if (!UNITS.contains(unit)) {
        throw refused("unknown unit " + quoted(unit) + " in duration", text);
      }
      String fraction = part.group("fraction") == null ? "" : part.group("fraction");
      BigDecimal size = new BigDecimal("0" + part.group("digits") + fraction);
      nanos =
          nanos.add(
              size.multiply(BigDecimal.valueOf(nanosOf(unit))).setScale(0, RoundingMode.DOWN));
      if (nanos.compareTo(LONGEST) > 0) {
        throw refused("invalid duration", text);
      }
      rest = rest.substring(part.end());
    }
    Duration size = Duration.ofNanos(nanos.longValueExact());
    return text.startsWith("-") ? size.negated() : size;
  }

  private static boolean hasDigits(Matcher part) {
    String fraction = part.group("fraction");
    return !part.group("digits").isEmpty() || (fraction != null && fraction.length() > 1);
  }

  private static IllegalArgumentException refused(String what, String text) {
    return new IllegalArgumentException("time: " + what + " " + quoted(text));
  }

  /// As Go's time package quotes: what is no printable ASCII byte by byte.
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b < ' ') { // or not ASCII
        quoted.append("\\x").append(HexFormat.of().toHexDigits(b));
      } else {
        quoted.append(b == '"' || b == '\\' ? "\\" : "").append((char) b);
      }
    }
    return quoted.append('"').toString();
  }

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
