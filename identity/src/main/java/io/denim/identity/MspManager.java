package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/// The MSPs of one channel's configuration. Identities are deserialized and chain-checked once and
/// kept, within a bound. Safe for use by any thread.
///
/// Follows fabric v3.1.5 msp/mspmgrimpl.go and msp/cache.
@SuppressWarnings("DoNotCallSuggester")
public final class MspManager {
  private MspManager() {}

  /// Where two MSPs share an id, the later one counts.
  public static MspManager of(Collection<Msp> msps) {
    throw new UnsupportedOperationException();
  }

  /// Deserializes and validates an identity.
  public IdentityOutcome identity(ByteString serializedIdentity) {
    throw new UnsupportedOperationException();
  }

  /// Deserializes an identity without looking at revocation and roles, which most principals then
  /// ask for by themselves.
  public IdentityOutcome deserialize(ByteString serializedIdentity) {
    throw new UnsupportedOperationException();
  }

  public Optional<Msp> msp(String mspId) {
    throw new UnsupportedOperationException();
  }

  public Set<String> mspIds() {
    throw new UnsupportedOperationException();
  }
}
