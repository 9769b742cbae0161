package io.denim.order;

/// What became of a message that was handed to a chain.
public sealed interface Submission {
  /// It is in a block, which this node has written and which stays.
  record Accepted() implements Submission {}

  /// It is in no block, or, where the reason says so, it is not known whether it will be in one.
  record Unavailable(String reason) implements Submission {}
}
