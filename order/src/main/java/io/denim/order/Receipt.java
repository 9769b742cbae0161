package io.denim.order;

/// Hears, once, what became of a message that a chain was given: {@link Submission.Accepted} when
/// it is in a block that this node has written. Called on the chain's thread or the caller's; must
/// not block.
@FunctionalInterface
public interface Receipt {
  void ended(Submission outcome);
}
