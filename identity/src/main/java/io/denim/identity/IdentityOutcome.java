package io.denim.identity;

/// What becomes of the bytes that claim to be an identity.
public sealed interface IdentityOutcome {
  /// The bytes are an identity.
  record Accepted(Identity identity) implements IdentityOutcome {}

  /// They are not.
  ///
  /// @param stage what the identity failed at: callers word the two differently
  /// @param reason in Fabric's words
  record Refused(Stage stage, String reason) implements IdentityOutcome {}

  /// The steps an identity goes through.
  enum Stage {
    /// Bytes to a certificate that chains to a known CA.
    DESERIALIZE,
    /// The certificate is not revoked, and its roles are in order.
    VALIDATE
  }
}
