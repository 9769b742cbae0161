package io.denim.order;

/// What became of a message that was handed to a chain.
public sealed interface Submission {
  /// It will be ordered, or dropped if the configuration that it was checked under changes against
  /// it.
  record Accepted() implements Submission {}

  /// The chain cannot order now.
  record Unavailable(String reason) implements Submission {}
}
