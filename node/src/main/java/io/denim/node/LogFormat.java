package io.denim.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Lays out log lines by Fabric's format strings, such as `%{time:2006-01-02 15:04:05.000 MST}
/// %{level:.4s} [%{module}] %{message}`, or as JSON objects (`json`) or as key=value pairs
/// (`logfmt`) (fabric-lib-go common/flogging/fabenc, vendored by fabric v3.1.5). `%{shortfunc}`
/// shows the type that logs, since finding the method would cost a stack walk a line.
final class LogFormat extends EncoderBase<ILoggingEvent> {
  /// Fabric's default.
  static final String DEFAULT =
      "%{color}%{time:2006-01-02 15:04:05.000 MST} %{id:04x} %{level:.4s}%{color:reset}"
          + " [%{module}] %{color:bold}%{shortfunc}%{color:reset} -> %{message}";

  private static final Pattern VERB =
      Pattern.compile("%\\{(color|id|level|message|module|shortfunc|time)(?::(.*?))?\\}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AtomicLong sequence = new AtomicLong();
  private final Layout layout;
  private volatile @Nullable LineCounts counts;

  /// Writes one event's text, without the line's end.
  private interface Layout {
    void write(StringBuilder out, ILoggingEvent event);
  }

  /// @throws IllegalArgumentException if the format has an option that its verb does not know
  LogFormat(String format) {
    this.layout =
        switch (format) {
          case "" -> pieces(DEFAULT);
          case "json" -> this::json;
          case "logfmt" -> this::logfmt;
          default -> pieces(format);
        };
  }

  /// Counts lines from now on.
  void count(LineCounts lines) {
    counts = lines;
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    layout.write(line, event);
    LineCounts counted = counts;
    if (counted != null) {
      counted.line(event.getLevel());
    }
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private Layout pieces(String format) {
    List<Layout> pieces = new ArrayList<>();
    Matcher matcher = VERB.matcher(format);
    int end = 0;
    while (matcher.find()) {
      String text = format.substring(end, matcher.start());
      pieces.add((out, event) -> out.append(text));
      pieces.add(piece(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2)));
      end = matcher.end();
    }
    String rest = format.substring(end);
    return (out, event) -> {
      pieces.forEach(piece -> piece.write(out, event));
      out.append(rest);
      appendError(out, event);
    };
  }

  private Layout piece(String verb, String option) {
    return switch (verb) {
      case "color" -> color(option);
      case "id" -> (out, event) -> out.append(number(option, sequence.incrementAndGet()));
      case "level" -> (out, event) -> out.append(cut(option, levelName(event.getLevel())));
      case "message" ->
          (out, event) -> out.append(cut(option, visible(event.getFormattedMessage())));
      case "module" -> (out, event) -> out.append(cut(option, room(event)));
      case "shortfunc" -> (out, event) -> out.append(cut(option, type(event)));
      case "time" -> {
        GoTime time = GoTime.layout(option.isEmpty() ? "2006-01-02T15:04:05.999Z07:00" : option);
        yield (out, event) -> out.append(time.format(event.getInstant()));
      }
      default -> throw new IllegalArgumentException("unknown verb: " + verb);
    };
  }

  private static Layout color(String option) {
    return switch (option) {
      case "reset" -> (out, event) -> out.append("\u001b[0m");
      case "bold" -> (out, event) -> out.append(escape(event.getLevel(), ";1m"));
      case "" -> (out, event) -> out.append(escape(event.getLevel(), "m"));
      default -> throw new IllegalArgumentException("invalid color option: " + option);
    };
  }

  private static String escape(Level level, String end) {
    int color =
        switch (level.toInt()) {
          case Level.TRACE_INT, Level.DEBUG_INT -> 36;
          case Level.INFO_INT -> 34;
          case Level.WARN_INT -> 33;
          default -> 31;
        };
    return "\u001b[" + color + end;
  }

  private static String levelName(Level level) {
    return level.toString();
  }

  private static String room(ILoggingEvent event) {
    String shown = LogNames.shown(event.getLoggerName());
    int dot = shown.lastIndexOf('.');
    return dot < 0 ? shown : shown.substring(0, dot);
  }

  private static String type(ILoggingEvent event) {
    String name = event.getLoggerName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /// Go's `%.4s` and `%5s`, which are all that formats in use have.
  private static String cut(String option, String text) {
    return option.isEmpty() ? text : String.format("%" + option, text);
  }

  private static String number(String option, long value) {
    return option.isEmpty() ? Long.toString(value) : String.format("%" + option, value);
  }

  private static void appendError(StringBuilder out, ILoggingEvent event) {
    if (event.getThrowableProxy() != null) {
      String trace = ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing();
      for (String line : trace.lines().toList()) {
        out.append("\n\t").append(visible(line)); // so that none looks like an event's first
      }
    }
  }

  /// A text on one line that a terminal takes as text: messages carry names and reasons from
  /// clients, which would otherwise end the line and write the next, or more than that.
  private static String visible(String text) {
    int first = 0;
    while (first < text.length() && !isControl(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '\n') {
        shown.append("\\n");
      } else if (isControl(each)) {
        shown.append(String.format("\\u%04x", (int) each));
      } else {
        shown.append(each);
      }
    }
    return shown.toString();
  }

  /// Tabs stay; what separates lines in Unicode goes.
  private static boolean isControl(char each) {
    return each != '\t' && (Character.isISOControl(each) || each == 0x2028 || each == 0x2029);
  }

  private void json(StringBuilder out, ILoggingEvent event) {
    StringWriter writer = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(writer)) {
      generator.writeStartObject();
      generator.writeStringField("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
      generator.writeNumberField("ts", seconds(event.getInstant()));
      generator.writeStringField("name", room(event));
      generator.writeStringField("caller", type(event));
      generator.writeStringField("msg", event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        generator.writeStringField(
            "stacktrace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    out.append(writer);
  }

  private void logfmt(StringBuilder out, ILoggingEvent event) {
    out.append("level=").append(event.getLevel().toString().toLowerCase(Locale.ROOT));
    out.append(" ts=").append(seconds(event.getInstant()));
    out.append(" name=").append(room(event));
    out.append(" caller=").append(type(event));
    String message = event.getFormattedMessage().replace("\\", "\\\\").replace("\"", "\\\"");
    out.append(" msg=\"").append(visible(message)).append('"');
    appendError(out, event);
  }

  private static double seconds(Instant instant) {
    return instant.getEpochSecond() + instant.getNano() / 1e9;
  }
}
