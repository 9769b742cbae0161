package io.denim.identity;

/// Whether an identity is what a principal asks for.
public sealed interface PrincipalMatch {
  /// It is.
  record Matches() implements PrincipalMatch {}

  /// It is not.
  ///
  /// @param reason why, in Fabric's words
  record Differs(String reason) implements PrincipalMatch {}

  /// The answer yes.
  static PrincipalMatch yes() {
    return new Matches();
  }

  /// The answer no, with its reason.
  static PrincipalMatch no(String reason) {
    return new Differs(reason);
  }

  /// Whether the identity is what the principal asks for.
  default boolean matches() {
    return this instanceof Matches;
  }
}
