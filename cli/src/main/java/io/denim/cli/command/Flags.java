package io.denim.cli.command;

import io.denim.node.GoDuration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A command line that was read: the flags that were given, and the words that are no flags.
/// Immutable. Asking for a flag that the {@link FlagSet} does not have is a bug.
public final class Flags {
  static final String HELP = "help";

  private final Map<String, FlagSet.Flag> known;
  private final Map<String, List<String>> given;
  private final List<String> rest;

  Flags(Map<String, FlagSet.Flag> known, Map<String, List<String>> given, List<String> rest) {
    this.known = new LinkedHashMap<>(known);
    this.given = new LinkedHashMap<>(given);
    this.rest = List.copyOf(rest);
  }

  /// Whether help was asked for.
  public boolean help() {
    return given.containsKey(HELP);
  }

  /// Whether the command has such a flag at all.
  public boolean has(String name) {
    return known.containsKey(name);
  }

  public boolean given(String name) {
    return given.containsKey(flag(name).name());
  }

  /// What was given last, or the default.
  public String text(String name) {
    FlagSet.Flag flag = flag(name);
    List<String> values = given.get(name);
    return values == null ? flag.fallback() : values.getLast();
  }

  /// Empty if it was not given, or as empty text.
  public Optional<String> optional(String name) {
    return Optional.of(text(name)).filter(text -> !text.isEmpty());
  }

  /// All that was given.
  public List<String> texts(String name) {
    List<String> values = given.get(flag(name).name());
    return values == null ? List.of() : List.copyOf(values);
  }

  public boolean on(String name) {
    return truth(text(name));
  }

  public long number(String name) {
    return Long.parseLong(text(name));
  }

  /// Above the greatest `long` it is negative.
  public long unsigned(String name) {
    return Long.parseUnsignedLong(text(name));
  }

  public Duration duration(String name) {
    return GoDuration.parse(text(name));
  }

  /// The words that are no flags.
  public List<String> rest() {
    return rest;
  }

  private FlagSet.Flag flag(String name) {
    FlagSet.Flag flag = known.get(name);
    if (flag == null) {
      throw new IllegalArgumentException("this command has no flag " + name);
    }
    return flag;
  }

  static boolean truth(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    };
  }
}
