package io.denim.identity;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;

/// An X.509 certificate as Go reads one. Immutable.
@SuppressWarnings("DoNotCallSuggester")
public final class Certificate {
  /// The whole certificate in DER.
  public ByteString der() {
    throw new UnsupportedOperationException();
  }

  /// The certificate in PEM as Go writes it.
  public ByteString pem() {
    throw new UnsupportedOperationException();
  }

  public Instant notBefore() {
    throw new UnsupportedOperationException();
  }

  public Instant notAfter() {
    throw new UnsupportedOperationException();
  }

  /// The subject's common name; empty where it has none.
  public String commonName() {
    throw new UnsupportedOperationException();
  }

  /// The subject's organizational units in order.
  public List<String> organizationalUnits() {
    throw new UnsupportedOperationException();
  }
}
