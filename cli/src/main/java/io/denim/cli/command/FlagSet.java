package io.denim.cli.command;

import io.denim.node.GoDuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The flags that a command knows, and the reading of a command line as Go's libraries read it:
/// `--name value`, `--name=value`, `-n value`, `-nvalue`, and `-name` in the dialect of the
/// standard library (spf13/pflag, alecthomas/kingpin and Go's `flag`, as fabric v3.1.5 uses them).
/// Built and used by one thread.
public final class FlagSet {
  /// Whose texts and rules hold.
  public enum Dialect {
    /// Of `peer`.
    PFLAG,
    /// Of `osnadmin`, `cryptogen`, `configtxlator`, `ledgerutil`.
    KINGPIN,
    /// Of `configtxgen`: one dash or two are the same.
    GO
  }

  /// What a flag takes.
  enum Kind {
    TEXT("string"),
    TEXTS("stringArray"),
    SWITCH(""),
    NUMBER("int"),
    UNSIGNED("uint"),
    DURATION("duration");

    private final String shown;

    Kind(String shown) {
      this.shown = shown;
    }

    String shown() {
      return shown;
    }
  }

  /// @param letter empty if the flag has no short form
  record Flag(String name, String letter, Kind kind, String fallback, String meaning) {}

  private final Dialect dialect;
  private final Map<String, Flag> flags = new LinkedHashMap<>();

  public FlagSet(Dialect dialect) {
    this.dialect = dialect;
  }

  /// A text, empty if it is not given.
  public FlagSet text(String name, String letter, String meaning) {
    return text(name, letter, "", meaning);
  }

  public FlagSet text(String name, String letter, String fallback, String meaning) {
    return add(new Flag(name, letter, Kind.TEXT, fallback, meaning));
  }

  /// A text that may be given several times.
  public FlagSet texts(String name, String meaning) {
    return add(new Flag(name, "", Kind.TEXTS, "", meaning));
  }

  /// True or false.
  public FlagSet toggle(String name, String letter, boolean fallback, String meaning) {
    return add(new Flag(name, letter, Kind.SWITCH, Boolean.toString(fallback), meaning));
  }

  public FlagSet number(String name, String letter, String meaning) {
    return add(new Flag(name, letter, Kind.NUMBER, "0", meaning));
  }

  public FlagSet number(String name, String letter, String fallback, String meaning) {
    return add(new Flag(name, letter, Kind.NUMBER, fallback, meaning));
  }

  /// A whole number that is not negative.
  public FlagSet unsigned(String name, String letter, String fallback, String meaning) {
    return add(new Flag(name, letter, Kind.UNSIGNED, fallback, meaning));
  }

  public FlagSet duration(String name, String letter, String fallback, String meaning) {
    return add(new Flag(name, letter, Kind.DURATION, fallback, meaning));
  }

  private FlagSet add(Flag flag) {
    flags.put(flag.name(), flag);
    return this;
  }

  Dialect dialect() {
    return dialect;
  }

  List<Flag> flags() {
    return List.copyOf(flags.values());
  }

  /// Those of the flags that have these names, in this set's order.
  FlagSet only(List<String> names) {
    FlagSet set = new FlagSet(dialect);
    for (Flag flag : flags.values()) {
      if (names.contains(flag.name())) {
        set.add(flag);
      }
    }
    if (set.flags.size() < names.stream().distinct().count()) {
      throw new IllegalArgumentException("not all of " + names + " are flags here");
    }
    return set;
  }

  /// Where in a command line the words stand that are neither flags nor flags' values.
  List<Integer> words(List<String> arguments) {
    List<Integer> words = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (word.equals("--")) {
        break;
      }
      if (!word.startsWith("-") || word.length() == 1) {
        words.add(i);
      } else if (takesNext(word)) {
        i++;
      }
    }
    return words;
  }

  private boolean takesNext(String word) {
    Flag flag =
        word.startsWith("--")
            ? flags.get(word.substring(2))
            : word.length() == 2 ? byLetter(word.substring(1)) : null;
    return flag != null && flag.kind() != Kind.SWITCH;
  }

  /// Reads a command line. What is no flag is kept in order; all after `--` is no flag.
  ///
  /// @throws UsageException with the text of the dialect's library
  public Flags parse(List<String> arguments) throws UsageException {
    Map<String, List<String>> given = new LinkedHashMap<>();
    List<String> rest = new ArrayList<>();
    Deque<String> left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String word = left.removeFirst();
      if (word.equals("--")) {
        rest.addAll(left);
        break;
      }
      if (word.startsWith("--")) {
        longFlag(word.substring(2), left, given);
      } else if (word.length() > 1 && word.startsWith("-")) {
        if (dialect == Dialect.GO) {
          longFlag(word.substring(1), left, given);
        } else {
          letters(word, left, given);
        }
      } else {
        rest.add(word);
      }
    }
    return new Flags(flags, given, rest);
  }

  private void longFlag(String word, Deque<String> left, Map<String, List<String>> given)
      throws UsageException {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Flag flag = flags.get(name);
    if (flag == null && name.startsWith("no-") && dialect == Dialect.KINGPIN) {
      Flag positive = flags.get(name.substring(3));
      if (positive != null && positive.kind() == Kind.SWITCH) {
        put(positive, "false", given);
        return;
      }
    }
    if (flag == null && !name.equals("help") && !name.equals("h")) {
      throw new UsageException(
          switch (dialect) {
            case PFLAG -> "unknown flag: --" + name;
            case KINGPIN -> "unknown long flag '--" + name + "'";
            case GO -> "flag provided but not defined: -" + name;
          });
    }
    String shown = dialect == Dialect.GO ? "-" + name : "--" + name;
    take(flag, shown, equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1)), left)
        .store(given);
  }

  private void letters(String word, Deque<String> left, Map<String, List<String>> given)
      throws UsageException {
    for (int i = 1; i < word.length(); i++) {
      String letter = word.substring(i, i + 1);
      Flag flag = byLetter(letter);
      if (flag == null && !letter.equals("h")) {
        throw new UsageException(
            dialect == Dialect.KINGPIN
                ? "unknown short flag '-" + letter + "'"
                : "unknown shorthand flag: '" + letter + "' in " + word);
      }
      if (flag == null || flag.kind() == Kind.SWITCH) {
        boolean valued = flag != null && word.startsWith("=", i + 1);
        take(
                flag,
                "-" + letter,
                valued ? Optional.of(word.substring(i + 2)) : Optional.empty(),
                left)
            .store(given);
        if (valued) {
          return;
        }
        continue;
      }
      String after = word.substring(i + 1);
      Optional<String> value =
          after.isEmpty()
              ? Optional.empty()
              : Optional.of(after.startsWith("=") ? after.substring(1) : after);
      take(flag, "'" + letter + "' in " + word, value, left).store(given);
      return;
    }
  }

  private @Nullable Flag byLetter(String letter) {
    for (Flag flag : flags.values()) {
      if (flag.letter().equals(letter)) {
        return flag;
      }
    }
    return null;
  }

  private record Given(String name, String value) {
    void store(Map<String, List<String>> given) {
      given.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
  }

  private void put(Flag flag, String value, Map<String, List<String>> given) {
    new Given(flag.name(), value).store(given);
  }

  /// @param flag absent for the request for help
  private Given take(@Nullable Flag flag, String shown, Optional<String> value, Deque<String> left)
      throws UsageException {
    if (flag == null) {
      return new Given(Flags.HELP, "true");
    }
    if (value.isEmpty() && flag.kind() == Kind.SWITCH) {
      return new Given(flag.name(), "true");
    }
    if (value.isEmpty() && left.isEmpty()) {
      throw new UsageException(
          switch (dialect) {
            case PFLAG -> "flag needs an argument: " + shown;
            case KINGPIN -> "expected argument for flag '--" + flag.name() + "'";
            case GO -> "flag needs an argument: -" + flag.name();
          });
    }
    String text = value.orElseGet(left::removeFirst);
    check(flag, text);
    return new Given(flag.name(), text);
  }

  private static void check(Flag flag, String text) throws UsageException {
    try {
      switch (flag.kind()) {
        case NUMBER -> signed(text);
        case UNSIGNED -> unsigned(text);
        case DURATION -> GoDuration.parse(text);
        case SWITCH -> Flags.truth(text);
        case TEXT, TEXTS -> {}
      }
    } catch (IllegalArgumentException e) {
      String name =
          (flag.letter().isEmpty() ? "" : "-" + flag.letter() + ", ") + "--" + flag.name();
      throw new UsageException(
          "invalid argument \"" + text + "\" for \"" + name + "\" flag: " + e.getMessage());
    }
  }

  private static void signed(String text) {
    if (!text.matches("[+-]?[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    }
  }

  private static void unsigned(String text) {
    if (!text.matches("[0-9]{1,19}")) {
      throw new IllegalArgumentException(
          "strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
    }
  }

  /// The flags with what they mean, a line each, by name.
  public String usages() {
    List<Flag> sorted =
        flags.values().stream()
            .sorted(Comparator.comparing(flag -> flag.name().toLowerCase(Locale.ROOT)))
            .toList();
    List<String> heads = new ArrayList<>();
    int width = 0;
    for (Flag flag : sorted) {
      String head =
          (flag.letter().isEmpty() ? "      " : "  -" + flag.letter() + ", ")
              + "--"
              + flag.name()
              + (flag.kind() == Kind.SWITCH ? "" : " " + flag.kind().shown());
      heads.add(head);
      width = Math.max(width, head.length());
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < heads.size(); i++) {
      Flag flag = sorted.get(i);
      String head = heads.get(i);
      text.append(head).append(" ".repeat(width - head.length() + 3)).append(flag.meaning());
      text.append(shownDefault(flag)).append('\n');
    }
    return text.toString();
  }

  private static String shownDefault(Flag flag) {
    String fallback = flag.fallback();
    return switch (flag.kind()) {
      case TEXT -> fallback.isEmpty() ? "" : " (default \"" + fallback + "\")";
      case SWITCH -> fallback.equals("true") ? " (default true)" : "";
      case NUMBER, UNSIGNED -> fallback.equals("0") ? "" : " (default " + fallback + ")";
      case DURATION -> fallback.equals("0s") ? "" : " (default " + fallback + ")";
      case TEXTS -> "";
    };
  }
}
