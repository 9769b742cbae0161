package io.denim.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.denim.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/// The process's logs: on standard error, in Fabric's formats, at levels that change while it runs.
/// There is one for a process, as there is one standard error; safe for use by any thread.
public final class Logging {
  /// Held here, since the runtime forgets loggers that nobody holds. A stranger's bytes are worth
  /// no stack trace: what is wrong with a call is in its status.
  private static final java.util.logging.Logger TRANSPORT =
      java.util.logging.Logger.getLogger("io.grpc.netty");

  private final LoggerContext context;
  private final List<String> named = new ArrayList<>(); // guarded by this
  private final LogFormat format;
  private LoggingSpec spec; // guarded by this

  private Logging(LoggerContext context, LogFormat format, LoggingSpec spec) {
    this.context = context;
    this.format = format;
    this.spec = spec;
  }

  /// Takes over the process's logs as the environment asks: `FABRIC_LOGGING_SPEC` and
  /// `FABRIC_LOGGING_FORMAT`.
  ///
  /// @throws IllegalArgumentException with Fabric's text if either is malformed
  public static Logging start(Map<String, String> environment) {
    return start(environment, "info");
  }

  /// As above, with the level of a process that nobody told another one.
  public static Logging start(Map<String, String> environment, String fallbackSpec) {
    String given = environment.getOrDefault("FABRIC_LOGGING_SPEC", "");
    LoggingSpec spec = LoggingSpec.parse(given.isEmpty() ? fallbackSpec : given);
    LogFormat format = new LogFormat(environment.getOrDefault("FABRIC_LOGGING_FORMAT", ""));
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    TRANSPORT.setLevel(java.util.logging.Level.OFF);
    format.setContext(context);
    format.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(format);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    Logging logging = new Logging(context, format, spec);
    logging.activate(spec);
    return logging;
  }

  /// Changes the levels from now on.
  public synchronized void activate(LoggingSpec next) {
    named.forEach(name -> context.getLogger(name).setLevel(null));
    named.clear();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(next.fallback());
    quiet(next.fallback());
    next.loggers()
        .forEach((name, level) -> {
          for (String logger : LogNames.loggers(name)) {
            set(logger, level);
          }
        });
    spec = next;
  }

  /// Counts lines from now on, by level.
  public void count(Metrics metrics) {
    format.count(new LineCounts(metrics));
  }

  /// The spec in force, in its normal form.
  public synchronized String spec() {
    return spec.toString();
  }

  /// Libraries below are only heard when they warn, unless the spec names them.
  private void quiet(Level fallback) {
    Level level = fallback.isGreaterOrEqual(Level.WARN) ? fallback : Level.WARN;
    for (String library : List.of("io.netty", "io.grpc", "com.code_intelligence")) {
      set(library, level);
    }
  }

  private void set(String logger, Level level) {
    context.getLogger(logger).setLevel(level);
    named.add(logger);
  }
}
