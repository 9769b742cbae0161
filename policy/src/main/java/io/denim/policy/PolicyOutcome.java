package io.denim.policy;

/// What a policy says to a set of signatures or identities.
public sealed interface PolicyOutcome {
  /// The policy is satisfied.
  record Satisfied() implements PolicyOutcome {}

  /// It is not.
  ///
  /// @param reason in Fabric's words
  record Unsatisfied(String reason) implements PolicyOutcome {}

  /// The answer yes.
  static PolicyOutcome yes() {
    return new Satisfied();
  }

  /// The answer no, with its reason.
  static PolicyOutcome no(String reason) {
    return new Unsatisfied(reason);
  }

  /// Whether the policy is satisfied.
  default boolean satisfied() {
    return this instanceof Satisfied;
  }
}
