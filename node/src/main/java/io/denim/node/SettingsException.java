package io.denim.node;

import java.util.List;

/// Configuration values that cannot be used; each line names file, key, value and what is expected.
public final class SettingsException extends Exception {
  private final List<String> problems;

  public SettingsException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
