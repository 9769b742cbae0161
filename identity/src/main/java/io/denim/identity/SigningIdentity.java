package io.denim.identity;

import com.google.protobuf.ByteString;

/// An identity whose private key this process holds. Safe for use by any thread.
@SuppressWarnings("DoNotCallSuggester")
public final class SigningIdentity {
  private SigningIdentity() {}

  public String mspId() {
    throw new UnsupportedOperationException();
  }

  /// The serialized identity as Fabric's nodes write their own.
  public ByteString serialized() {
    throw new UnsupportedOperationException();
  }

  /// Signs: ECDSA with low S over the message's SHA-256, or Ed25519. The verifier remembers the
  /// signature as good.
  public ByteString sign(ByteString message) {
    throw new UnsupportedOperationException();
  }

  /// The public side.
  public Identity identity() {
    throw new UnsupportedOperationException();
  }
}
