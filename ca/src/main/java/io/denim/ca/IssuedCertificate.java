package io.denim.ca;

import io.denim.identity.Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// A certificate that the CA issued. Immutable.
///
/// @param key what it is found by
/// @param id of the identity that it was issued to
record IssuedCertificate(
    Key key, String id, String pem, Instant notAfter, Optional<Revocation> revocation) {
  /// Serial number and issuer's key identifier, both in lower-case hexadecimal without leading
  /// zeros.
  record Key(String serial, String authorityKeyId) {
    /// As users write them: upper case, leading zeros and colons are passed over.
    static Key of(String serial, String authorityKeyId) {
      return new Key(normal(serial), normal(authorityKeyId));
    }

    private static String normal(String text) {
      String hex = text.toLowerCase(Locale.ROOT);
      int start = 0;
      while (start < hex.length() && hex.charAt(start) == '0') {
        start++;
      }
      return hex.substring(start).replace(":", "");
    }
  }

  /// @param reason RFC 5280's number
  record Revocation(Instant time, int reason) {}

  static IssuedCertificate of(Certificate certificate, String id) {
    return new IssuedCertificate(
        keyOf(certificate),
        id,
        certificate.pem().toStringUtf8(),
        certificate.notAfter(),
        Optional.empty());
  }

  static Key keyOf(Certificate certificate) {
    return Key.of(
        certificate.serialNumber().toString(16),
        HexFormat.of().formatHex(certificate.authorityKeyId().toByteArray()));
  }

  boolean isRevoked() {
    return revocation.isPresent();
  }

  IssuedCertificate revoked(Instant time, int reason) {
    return new IssuedCertificate(key, id, pem, notAfter, Optional.of(new Revocation(time, reason)));
  }
}
