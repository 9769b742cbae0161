package io.denim.cli.command;

import io.denim.cli.ClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The verbs of an executable, or of one of its commands, and the reading of a command line as Go's
/// libraries read it: the verb is the first word that is no flag, and takes its own flags and the
/// group's only (spf13/cobra and alecthomas/kingpin, as fabric v3.1.5 uses them). Immutable.
public final class VerbGroup {
  private final String path;
  private final String meaning;
  private final FlagSet flags;
  private final List<String> global;
  private final List<Verb> verbs;

  /// @param path what stands before the verb, such as `peer channel`
  /// @param flags all that any verb takes
  /// @param global the names of those that every verb takes
  public VerbGroup(
      String path, String meaning, FlagSet flags, List<String> global, List<Verb> verbs) {
    this.path = path;
    this.meaning = meaning;
    this.flags = flags;
    this.global = List.copyOf(global);
    this.verbs = List.copyOf(verbs);
  }

  /// Does what the command line asks for; shows help where it names no verb.
  ///
  /// @throws UsageException if it cannot be understood
  public void run(List<String> arguments)
      throws UsageException, ClientException, InterruptedException {
    List<Integer> words = flags.words(arguments);
    Optional<Verb> found =
        words.isEmpty() ? Optional.empty() : verb(words.stream().map(arguments::get).toList());
    if (found.isEmpty()) {
      withoutVerb(arguments, words);
      return;
    }
    Verb verb = found.get();
    List<String> rest = new ArrayList<>(arguments);
    for (int i = verb.name().split(" ", -1).length - 1; i >= 0; i--) {
      rest.remove((int) words.get(i));
    }
    HelpText help = new HelpText(path, flags);
    try {
      List<String> taken = new ArrayList<>(verb.flags());
      taken.addAll(global);
      Flags given = flags.only(taken).parse(rest);
      if (given.help()) {
        boolean kingpin = flags.dialect() == FlagSet.Dialect.KINGPIN;
        System.out.print((kingpin ? "" : verb.meaning() + "\n\n") + help.ofVerb(verb, global));
      } else {
        verb.action().run(given);
      }
    } catch (UsageException e) {
      throw flags.dialect() == FlagSet.Dialect.PFLAG
          ? new UsageException(e.getMessage() + "\n" + help.ofVerb(verb, global))
          : e;
    }
  }

  private Optional<Verb> verb(List<String> words) {
    for (Verb verb : verbs) {
      List<String> name = List.of(verb.name().split(" ", -1));
      if (words.size() >= name.size() && words.subList(0, name.size()).equals(name)) {
        return Optional.of(verb);
      }
    }
    return Optional.empty();
  }

  private void withoutVerb(List<String> arguments, List<Integer> words) throws UsageException {
    String help = new HelpText(path, flags).ofGroup(meaning, global, verbs);
    boolean kingpin = flags.dialect() == FlagSet.Dialect.KINGPIN;
    if (kingpin && !words.isEmpty()) {
      String word = arguments.get(words.getFirst());
      if (word.equals("help")) {
        System.out.print(help);
        return;
      }
      boolean begun = verbs.stream().anyMatch(verb -> verb.name().startsWith(word + " "));
      throw new UsageException(
          begun && words.size() == 1
              ? "must select a subcommand of '" + word + "'"
              : "expected command but got \""
                  + arguments.get(begun ? words.get(1) : words.getFirst())
                  + "\"");
    }
    boolean asked = flags.only(global).parse(arguments).help();
    if (kingpin && !asked && !arguments.isEmpty()) {
      throw new UsageException("command not specified");
    }
    (kingpin && !asked ? System.err : System.out).print(help);
  }
}
