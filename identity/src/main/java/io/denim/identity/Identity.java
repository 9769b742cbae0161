package io.denim.identity;

import com.google.protobuf.ByteString;
import java.time.Instant;
import org.hyperledger.fabric.protos.common.MSPPrincipal;

/// A member of an organization as a channel sees it: its certificate chains to the organization's
/// CAs. Immutable; safe for use by any thread.
///
/// Follows fabric v3.1.5 msp/identities.go.
@SuppressWarnings("DoNotCallSuggester")
public final class Identity {
  /// The organization's MSP id.
  public String mspId() {
    throw new UnsupportedOperationException();
  }

  /// The serialized identity as it came, in whatever spelling.
  public ByteString serialized() {
    throw new UnsupportedOperationException();
  }

  /// A key for counting once whoever signs several times: the MSP id and the hash of the
  /// certificate, whatever the spelling of the serialized identity.
  public String id() {
    throw new UnsupportedOperationException();
  }

  /// The certificate, with its issuer's signature in low-S form.
  public Certificate certificate() {
    throw new UnsupportedOperationException();
  }

  /// When the certificate expires.
  public Instant notAfter() {
    throw new UnsupportedOperationException();
  }

  /// Whether this identity signed the message. A signature that the process has verified before, or
  /// made itself, costs only a hash.
  public boolean verify(ByteString message, ByteString signature) {
    throw new UnsupportedOperationException();
  }

  /// Whether this identity is what the principal asks for.
  public PrincipalMatch satisfies(MSPPrincipal principal) {
    throw new UnsupportedOperationException();
  }

  /// Whether the identity is in order beyond its chain: not revoked, its roles unambiguous.
  public Validity validity() {
    throw new UnsupportedOperationException();
  }

  /// The outcome of {@link #validity}.
  public sealed interface Validity {
    /// In order.
    record Valid() implements Validity {}

    /// Not in order.
    ///
    /// @param reason in Fabric's words
    record Invalid(String reason) implements Validity {}
  }
}
