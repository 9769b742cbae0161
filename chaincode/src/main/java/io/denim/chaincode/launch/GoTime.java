package io.denim.chaincode.launch;

import io.denim.chaincode.LaunchException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go writes them in `connection.json`: `10s`, `1m30s`, `300ms`.
final class GoTime {
  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?)(ns|us|µs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns",
          1L,
          "us",
          1_000L,
          "µs",
          1_000L,
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L);

  private GoTime() {}

  static Duration parse(String text) throws LaunchException {
    Matcher part = PART.matcher(text);
    Duration sum = Duration.ZERO;
    int at = 0;
    while (part.find() && part.start() == at) {
      BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 1L));
      BigDecimal nanos =
          new BigDecimal(part.group(1)).multiply(unit).setScale(0, RoundingMode.DOWN);
      if (nanos.precision() > 18) {
        throw invalid(text);
      }
      sum = sum.plusNanos(nanos.longValue());
      at = part.end();
    }
    if (at == 0 || at != text.length()) {
      throw invalid(text);
    }
    return sum;
  }

  private static LaunchException invalid(String text) {
    return new LaunchException("time: invalid duration \"" + text + "\"");
  }
}
