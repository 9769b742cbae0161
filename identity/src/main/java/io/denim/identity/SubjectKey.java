package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;

/// A private ECDSA key with its public side: what a CA signs with, and what somebody asks a
/// certificate for. Safe for use by any thread.
public final class SubjectKey {
  private final GeneratedKey key;
  private final VerifyingKey publicKey;

  private SubjectKey(GeneratedKey key) {
    this.key = key;
    try {
      this.publicKey = VerifyingKey.parse(key.subjectPublicKeyInfo().toByteArray());
    } catch (DerException e) {
      throw new IllegalStateException("made a key that is none: " + e.getMessage(), e);
    }
  }

  /// A new key.
  ///
  /// @param bits of its curve: 256, 384 or 521
  /// @throws IllegalArgumentException for other sizes
  public static SubjectKey generate(int bits) {
    Curve curve =
        switch (bits) {
          case 256 -> Curve.P256;
          case 384 -> Curve.P384;
          case 521 -> Curve.P521;
          default -> throw new IllegalArgumentException("Invalid ECDSA key size: " + bits);
        };
    return new SubjectKey(GeneratedKey.generate(curve));
  }

  /// A key that was made before.
  ///
  /// @param pem PKCS #8 or SEC 1
  /// @throws GeneralSecurityException if it is no ECDSA key or not the certificate's
  public static SubjectKey of(ByteString pem, Certificate certificate)
      throws GeneralSecurityException {
    return new SubjectKey(GeneratedKey.of(pem, certificate));
  }

  /// The private key in PEM as it was made or read.
  public ByteString pem() {
    return key.pem();
  }

  /// The key's identifier as Fabric's key stores name their files: the SHA-256 of the public point,
  /// in hexadecimal.
  public String id() {
    return HexFormat.of().formatHex(HashFunction.SHA256.of(List.of(key.point())).toByteArray());
  }

  /// The identifier that Fabric's key store would have for a certificate's key.
  ///
  /// @throws GeneralSecurityException if it is no ECDSA key
  public static String idOf(Certificate certificate) throws GeneralSecurityException {
    return HexFormat.of()
        .formatHex(
            HashFunction.SHA256.of(List.of(GeneratedKey.pointOf(certificate))).toByteArray());
  }

  /// Signs a message's SHA-256 with low S.
  public ByteString sign(ByteString message) {
    return key.signing().sign(HashFunction.SHA256.of(List.of(message)), publicKey);
  }

  ByteString subjectPublicKeyInfo() {
    return key.subjectPublicKeyInfo();
  }

  SigningKey signing() {
    return key.signing();
  }

  VerifyingKey publicKey() {
    return publicKey;
  }
}
