package io.denim.cli.command;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Help in the layout of the library whose dialect the flags are in (spf13/cobra,
/// alecthomas/kingpin). The words are this project's own.
///
/// @param path what stands before a verb
record HelpText(String path, FlagSet flags) {
  private static final int COLUMNS = 80;
  private static final int MOST_HEAD = 28;

  String ofVerb(Verb verb, List<String> global) {
    String arguments = verb.arguments().isEmpty() ? "" : " " + verb.arguments();
    String head = path + " " + verb.name();
    if (flags.dialect() == FlagSet.Dialect.KINGPIN) {
      List<String> all = new ArrayList<>(global);
      all.addAll(verb.flags());
      return "usage: "
          + head
          + " [<flags>]"
          + arguments
          + "\n\n"
          + verb.meaning()
          + "\n\nFlags:\n"
          + kingpin(flags.only(all))
          + "\n";
    }
    return "Usage:\n  "
        + head
        + arguments
        + " [flags]\n\nFlags:\n"
        + cobra(flags.only(verb.flags()), verb.name())
        + (global.isEmpty() ? "" : "\nGlobal Flags:\n" + cobra(flags.only(global), ""))
        + "\n";
  }

  String ofGroup(String meaning, List<String> global, List<Verb> verbs) {
    StringBuilder text = new StringBuilder();
    if (flags.dialect() == FlagSet.Dialect.KINGPIN) {
      text.append("usage: ").append(path).append(" [<flags>] <command> [<args> ...]\n\n");
      text.append(meaning).append("\n\nFlags:\n");
      text.append(kingpin(flags.only(global))).append("\nCommands:\n");
      for (Verb verb : verbs) {
        text.append("  ").append(verb.name());
        text.append(verb.flags().isEmpty() ? "" : " [<flags>]");
        text.append(verb.arguments().isEmpty() ? "\n" : " " + verb.arguments() + "\n");
        wrapped(verb.meaning(), COLUMNS - 4)
            .forEach(line -> text.append("    ").append(line).append('\n'));
        text.append('\n');
      }
      return text.toString();
    }
    text.append(meaning).append("\n\nUsage:\n  ");
    text.append(path).append(" [command]\n\nAvailable Commands:\n");
    int width = Math.max(11, verbs.stream().mapToInt(verb -> verb.name().length()).max().orElse(0));
    verbs.stream()
        .sorted(Comparator.comparing(Verb::name))
        .forEach(verb ->
            text.append("  ")
                .append(padded(verb.name(), width))
                .append(' ')
                .append(verb.meaning())
                .append('\n'));
    text.append("\nFlags:\n");
    text.append(cobra(flags.only(global), path.substring(path.lastIndexOf(' ') + 1)));
    return text.append("\nUse \"")
        .append(path)
        .append(" [command] --help\" for more information about a command.\n")
        .toString();
  }

  /// @param subject of the help flag; empty for none
  private static String cobra(FlagSet set, String subject) {
    if (!subject.isEmpty()) {
      set.toggle(Flags.HELP, "h", false, "help for " + subject);
    }
    return set.usages();
  }

  private static String kingpin(FlagSet set) {
    List<String> heads = new ArrayList<>();
    List<String> meanings = new ArrayList<>();
    boolean letters = set.flags().stream().anyMatch(flag -> !flag.letter().isEmpty());
    String plain = letters ? "      --" : "  --";
    heads.add(plain + "help");
    meanings.add("Show this help.");
    for (FlagSet.Flag flag : set.flags()) {
      String head = flag.letter().isEmpty() ? plain : "  -" + flag.letter() + ", --";
      String value =
          switch (flag.kind()) {
            case SWITCH -> "";
            case TEXT ->
                flag.fallback().isEmpty()
                    ? "=" + flag.name().toUpperCase(Locale.ROOT)
                    : flag.fallback().startsWith("/")
                        ? "=" + flag.fallback()
                        : "=\"" + flag.fallback() + "\"";
            case TEXTS -> "=" + flag.name().toUpperCase(Locale.ROOT) + " ...";
            case NUMBER, UNSIGNED -> "=" + flag.fallback();
            case DURATION -> "=" + flag.fallback().replace("0s", "0");
          };
      heads.add(head + flag.name() + value);
      meanings.add(flag.meaning());
    }
    int width =
        2
            + heads.stream()
                .mapToInt(String::length)
                .filter(each -> each <= MOST_HEAD)
                .max()
                .orElse(0);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < heads.size(); i++) {
      String head = heads.get(i);
      text.append(
          head.length() <= MOST_HEAD ? padded(head, width) : head + "\n" + padded("", width));
      String indent = "\n" + padded("", width);
      text.append(String.join(indent, wrapped(meanings.get(i), COLUMNS - width))).append('\n');
    }
    return text.toString();
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
