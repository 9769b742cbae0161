package io.denim.cli.command;

import io.denim.cli.ClientException;
import java.util.List;

/// One of the things that an executable can be told to do.
///
/// @param name one word or several, such as `join` or `channel join`
/// @param arguments what stands after it besides flags, for its help; empty if nothing does
/// @param meaning for its help
/// @param flags the names of those of the group's flags that it takes
public record Verb(
    String name, String arguments, String meaning, List<String> flags, Action action) {
  public Verb {
    flags = List.copyOf(flags);
  }

  /// Without other arguments than flags.
  public static Verb of(String name, String meaning, List<String> flags, Action action) {
    return new Verb(name, "", meaning, flags, action);
  }

  /// What it does.
  @FunctionalInterface
  public interface Action {
    /// @param flags those that were given; their rest are the words after the verb
    void run(Flags flags) throws UsageException, ClientException, InterruptedException;
  }
}
