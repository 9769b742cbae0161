package io.denim.node;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Log levels in Fabric's grammar, `[<logger>[,<logger>...]=]<level>[:...]` (fabric-lib-go
/// common/flogging/loggerlevels.go, vendored by fabric v3.1.5).
///
/// @param loggers levels of named loggers, as the text names them
/// @param fallback the level of all others
public record LoggingSpec(Map<String, Level> loggers, Level fallback) {
  private static final Pattern LOGGER_NAME =
      Pattern.compile("[A-Za-z0-9_#:-]+(\\.[A-Za-z0-9_#:-]+)*\\.?");

  public LoggingSpec {
    loggers = Map.copyOf(loggers);
  }

  /// @throws IllegalArgumentException with Fabric's text if the spec is malformed
  public static LoggingSpec parse(String spec) {
    Map<String, Level> loggers = new TreeMap<>();
    Level fallback = Level.INFO;
    for (String segment : spec.split(":", -1)) {
      String[] parts = segment.split("=", -1);
      if (parts.length == 1) {
        fallback = segment.isEmpty() ? Level.INFO : level(spec, segment, segment);
      } else if (parts.length == 2) {
        if (parts[0].isEmpty()) {
          throw malformed(spec, "no logger specified in segment '" + segment + "'");
        }
        Level level = level(spec, segment, parts[1]);
        for (String name : parts[0].split(",", -1)) {
          if (!LOGGER_NAME.matcher(name).matches()) {
            throw malformed(spec, "bad logger name '" + name + "'");
          }
          loggers.put(name, level);
        }
      } else {
        throw malformed(spec, "bad segment '" + segment + "'");
      }
    }
    return new LoggingSpec(loggers, fallback);
  }

  /// The spec in its normal form: loggers in order of name, the fallback last.
  @Override
  public String toString() {
    String named =
        new TreeMap<>(loggers)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + name(entry.getValue()) + ":")
                .collect(Collectors.joining());
    return named + name(fallback);
  }

  private static String name(Level level) {
    return level.equals(Level.OFF) ? "fatal" : level.toString().toLowerCase(Locale.ROOT);
  }

  private static Level level(String spec, String segment, String name) {
    return switch (name) {
      case "PAYLOAD", "payload" -> Level.TRACE;
      case "DEBUG", "debug" -> Level.DEBUG;
      case "INFO", "info", "NOTICE", "notice" -> Level.INFO;
      case "WARNING", "WARN", "warning", "warn" -> Level.WARN;
      case "ERROR", "error", "CRITICAL", "critical" -> Level.ERROR;
      case "DPANIC", "dpanic", "PANIC", "panic", "FATAL", "fatal" -> Level.OFF;
      default -> throw malformed(spec, "bad segment '" + segment + "'");
    };
  }

  private static IllegalArgumentException malformed(String spec, String what) {
    return new IllegalArgumentException("invalid logging specification '" + spec + "': " + what);
  }
}
