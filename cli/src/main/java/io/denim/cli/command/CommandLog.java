package io.denim.cli.command;

import java.io.PrintStream;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// What a command says about its progress: lines on standard error in the layout of Fabric's logs,
/// at the level that `FABRIC_LOGGING_SPEC` gives all loggers. Safe for use by any thread.
public final class CommandLog {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final PrintStream out;
  private final InstantSource clock;
  private final Level threshold;
  private final AtomicLong sequence = new AtomicLong();

  /// From the least to the most urgent.
  private enum Level {
    DEBUG("DEBU", "36"),
    INFO("INFO", "34"),
    WARN("WARN", "33"),
    ERROR("ERRO", "31"),
    PANIC("PANI", "35"),
    FATAL("FATA", "35");

    private final String shown;
    private final String color;

    Level(String shown, String color) {
      this.shown = shown;
      this.color = color;
    }
  }

  public CommandLog(PrintStream out, InstantSource clock, Map<String, String> environment) {
    this.out = out;
    this.clock = clock;
    this.threshold = threshold(environment.getOrDefault("FABRIC_LOGGING_SPEC", ""));
  }

  private static Level threshold(String spec) {
    Level level = Level.INFO;
    for (String part : spec.split(":", -1)) {
      if (!part.contains("=")) {
        level =
            switch (part.strip().toLowerCase(Locale.ROOT)) {
              case "debug" -> Level.DEBUG;
              case "warn", "warning" -> Level.WARN;
              case "error" -> Level.ERROR;
              case "panic", "dpanic" -> Level.PANIC;
              case "fatal" -> Level.FATAL;
              default -> level;
            };
      }
    }
    return level;
  }

  /// @param module such as `channelCmd`
  /// @param function such as `InitCmdFactory`
  public void info(String module, String function, String message) {
    log(Level.INFO, module, function, message);
  }

  public void warn(String module, String function, String message) {
    log(Level.WARN, module, function, message);
  }

  public void error(String module, String function, String message) {
    log(Level.ERROR, module, function, message);
  }

  /// The last words of a command that ends without having done its work.
  public void fatal(String module, String function, String message) {
    log(Level.FATAL, module, function, message);
  }

  private void log(Level level, String module, String function, String message) {
    if (level.compareTo(threshold) < 0) {
      return;
    }
    out.printf(
        "\u001b[%sm%s %04x %s\u001b[0m [%s] \u001b[%s;1m%s\u001b[0m -> %s%n",
        level.color,
        TIME.format(clock.instant()),
        sequence.incrementAndGet(),
        level.shown,
        module,
        level.color,
        function,
        message);
  }
}
