package io.denim.ca;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Flags of a command as Fabric's CA tools take them: `--name value`, `--name=value`, `-n value`,
/// `-nvalue`, before and after other words; lists may be repeated and are separated by commas, with
/// quotes around what holds one (github.com/spf13/pflag). Immutable.
public final class FlagSet {
  /// How a flag is written.
  public enum Kind {
    TEXT,
    LIST,
    SWITCH
  }

  /// A flag.
  ///
  /// @param letter its short form; 0 where it has none
  public record Flag(String name, char letter, Kind kind, String help) {
    public static Flag text(String name, String help) {
      return new Flag(name, (char) 0, Kind.TEXT, help);
    }

    public static Flag list(String name, String help) {
      return new Flag(name, (char) 0, Kind.LIST, help);
    }

    public static Flag on(String name, String help) {
      return new Flag(name, (char) 0, Kind.SWITCH, help);
    }
  }

  private final List<Flag> flags;

  public FlagSet(List<Flag> flags) {
    this.flags = List.copyOf(flags);
  }

  /// These flags and others.
  public FlagSet and(List<Flag> others) {
    List<Flag> all = new ArrayList<>(others);
    all.addAll(flags);
    return new FlagSet(all);
  }

  public List<Flag> flags() {
    return flags;
  }

  /// What was written on a command line.
  ///
  /// @param values of each flag that was given, in order
  /// @param words that are neither flags nor their values
  public record Parsed(Map<String, List<String>> values, List<String> words) {
    public Parsed {
      values = Map.copyOf(values);
      words = List.copyOf(words);
    }

    public Optional<String> text(String name) {
      List<String> all = values.getOrDefault(name, List.of());
      return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    public List<String> list(String name) {
      return values.getOrDefault(name, List.of());
    }

    public boolean isOn(String name) {
      return text(name).map("true"::equals).orElse(false);
    }

    public boolean has(String name) {
      return values.containsKey(name);
    }

    /// The configuration file: `--config`, or one of this name in the home folder, which `--home`
    /// tells, else the first of the variables that is set, else the fallback.
    public Path configuration(
        String name, Map<String, String> environment, List<String> variables, String fallback) {
      if (has("config")) {
        return Path.of(text("config").orElse("")).toAbsolutePath().normalize();
      }
      String home = fallback;
      for (String variable : variables.reversed()) {
        String value = environment.getOrDefault(variable, "");
        home = value.isEmpty() ? home : value;
      }
      return Path.of(text("home").orElse(home)).resolve(name).toAbsolutePath().normalize();
    }
  }

  /// @throws UsageException if a flag is unknown or lacks its value
  public Parsed parse(List<String> arguments) throws UsageException {
    Map<String, List<String>> values = new LinkedHashMap<>();
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < arguments.size()) {
      String argument = arguments.get(at++);
      if (argument.equals("--")) {
        words.addAll(arguments.subList(at, arguments.size()));
        break;
      }
      if (!argument.startsWith("-") || argument.equals("-")) {
        words.add(argument);
        continue;
      }
      Written written = written(argument);
      Flag flag = written.flag();
      String value;
      if (written.value().isPresent()) {
        value = written.value().get();
      } else if (flag.kind() == Kind.SWITCH) {
        value = "true";
      } else if (at < arguments.size()) {
        value = arguments.get(at++);
      } else {
        throw new UsageException("flag needs an argument: " + argument);
      }
      List<String> list = values.computeIfAbsent(flag.name(), name -> new ArrayList<>());
      list.addAll(parsed(flag, value));
    }
    return new Parsed(values, words);
  }

  /// A flag, with the value that is written in one with it.
  private record Written(Flag flag, Optional<String> value) {}

  private Written written(String argument) throws UsageException {
    if (argument.startsWith("--")) {
      int equals = argument.indexOf('=');
      String name = argument.substring(2, equals < 0 ? argument.length() : equals);
      for (Flag flag : flags) {
        if (flag.name().equals(name)) {
          return new Written(
              flag, equals < 0 ? Optional.empty() : Optional.of(argument.substring(equals + 1)));
        }
      }
      throw new UsageException("unknown flag: --" + name);
    }
    char letter = argument.charAt(1);
    for (Flag flag : flags) {
      if (flag.letter() == letter) {
        String rest = argument.substring(2);
        String value = rest.startsWith("=") ? rest.substring(1) : rest;
        return new Written(flag, rest.isEmpty() ? Optional.empty() : Optional.of(value));
      }
    }
    throw new UsageException("unknown shorthand flag: '" + letter + "' in " + argument);
  }

  private static List<String> parsed(Flag flag, String value) throws UsageException {
    return switch (flag.kind()) {
      case TEXT -> List.of(value);
      case LIST -> separated(value);
      case SWITCH ->
          List.of(
              GoBool.parse(value)
                  .orElseThrow(() ->
                      new UsageException(
                          "invalid argument \""
                              + value
                              + "\" for \"--"
                              + flag.name()
                              + "\" flag: true or false is expected"))
                  .toString());
    };
  }

  /// The elements of a line of comma-separated values.
  public static List<String> separated(String line) {
    List<String> elements = new ArrayList<>();
    StringBuilder element = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean doubled = quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"';
      if (doubled) {
        element.append('"');
        i++;
      } else if (c == '"' && (quoted || element.isEmpty())) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        elements.add(element.toString());
        element.setLength(0);
      } else {
        element.append(c);
      }
    }
    if (!element.isEmpty() || !elements.isEmpty()) {
      elements.add(element.toString());
    }
    return elements;
  }
}
