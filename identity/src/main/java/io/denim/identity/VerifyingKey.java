package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import io.denim.wire.Crypto;
import io.denim.wire.Sha256;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A certificate's public key, checked as Go checks it: named curves, uncompressed points on the
/// curve, no superfluous parameters. Immutable; safe for use by any thread.
///
/// Follows Go's crypto/x509 parser.go parsePublicKey.
final class VerifyingKey {
  /// What kind of key it is, with Go's name for it.
  enum Algorithm {
    ECDSA("ECDSA"),
    ED25519("Ed25519"),
    RSA("RSA"),
    DSA("DSA"),
    UNKNOWN("0");

    private final String goName;

    Algorithm(String goName) {
      this.goName = goName;
    }

    String goName() {
      return goName;
    }
  }

  private static final String OID_EC = "2a8648ce3d0201";
  private static final String OID_RSA = "2a864886f70d010101";
  private static final String OID_DSA = "2a8648ce380401";
  private static final String OID_ED25519 = "2b6570";

  private final Algorithm algorithm;
  private final ByteString id;
  private final @Nullable PublicKey key;
  private final @Nullable BigInteger order;

  private VerifyingKey(
      Algorithm algorithm, ByteString id, @Nullable PublicKey key, @Nullable BigInteger order) {
    this.algorithm = algorithm;
    this.id = id;
    this.key = key;
    this.order = order;
  }

  /// Reads a `SubjectPublicKeyInfo`.
  ///
  /// @throws DerException where Go would not parse the certificate
  static VerifyingKey parse(byte[] subjectPublicKeyInfo) throws DerException {
    DerReader spki = DerReader.of(subjectPublicKeyInfo).read(DerReader.SEQUENCE);
    DerReader identifier = spki.read(DerReader.SEQUENCE);
    String oid = identifier.objectIdentifier();
    byte[] parameters = identifier.isEmpty() ? new byte[0] : identifier.anyElement();
    byte[] content = spki.bitStringAligned();
    return switch (oid) {
      case OID_EC -> ec(parameters, content);
      case OID_ED25519 -> ed25519(parameters, content);
      case OID_RSA -> rsa(parameters, content);
      case OID_DSA -> keyless(Algorithm.DSA, subjectPublicKeyInfo);
      default -> keyless(Algorithm.UNKNOWN, subjectPublicKeyInfo);
    };
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /// 32 bytes that stand for this key and no other.
  ByteString id() {
    return id;
  }

  /// The key for verifying; none for a kind of key that nothing here verifies with.
  Optional<PublicKey> key() {
    return Optional.ofNullable(key);
  }

  /// The order of an ECDSA key's curve.
  ///
  /// @throws IllegalStateException for other keys
  BigInteger order() {
    if (order == null) {
      throw new IllegalStateException("not an ECDSA key: " + algorithm);
    }
    return order;
  }

  private static VerifyingKey ec(byte[] parameters, byte[] point) throws DerException {
    String curveOid;
    try {
      curveOid = DerReader.of(parameters).objectIdentifier();
    } catch (DerException e) {
      throw new DerException("x509: invalid ECDSA parameters");
    }
    Curve curve =
        Curve.of(curveOid).orElseThrow(() -> new DerException("x509: unsupported elliptic curve"));
    if (point.length != 1 + 2 * curve.fieldBytes() || point[0] != 4) {
      throw new DerException("x509: failed to unmarshal elliptic curve point");
    }
    byte[] spki =
        DerWriter.sequence(
            DerWriter.sequence(
                DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(OID_EC)),
                DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(curveOid))),
            DerWriter.bitString(point));
    PublicKey key = generate("EC", spki, "x509: failed to unmarshal elliptic curve point");
    return new VerifyingKey(Algorithm.ECDSA, idOf(spki), key, curve.order());
  }

  private static VerifyingKey ed25519(byte[] parameters, byte[] content) throws DerException {
    if (parameters.length != 0) {
      throw new DerException("x509: Ed25519 key encoded with illegal parameters");
    }
    if (content.length != 32) {
      throw new DerException("x509: wrong Ed25519 public key size");
    }
    byte[] spki =
        DerWriter.sequence(
            DerWriter.sequence(
                DerWriter.element(
                    DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(OID_ED25519))),
            DerWriter.bitString(content));
    return new VerifyingKey(
        Algorithm.ED25519, idOf(spki), tryGenerate("Ed25519", spki).orElse(null), null);
  }

  private static VerifyingKey rsa(byte[] parameters, byte[] content) throws DerException {
    if (!Arrays.equals(parameters, new byte[] {5, 0})) {
      throw new DerException("x509: RSA key missing NULL parameters");
    }
    DerReader numbers = DerReader.of(content).read(DerReader.SEQUENCE);
    BigInteger modulus = numbers.integer();
    BigInteger exponent = numbers.integer();
    if (modulus.signum() <= 0 || exponent.signum() <= 0) {
      throw new DerException("x509: RSA modulus or exponent is not a positive number");
    }
    byte[] spki =
        DerWriter.sequence(
            DerWriter.sequence(
                DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(OID_RSA)),
                parameters),
            DerWriter.bitString(
                DerWriter.sequence(DerWriter.integer(modulus), DerWriter.integer(exponent))));
    return new VerifyingKey(Algorithm.RSA, idOf(spki), tryGenerate("RSA", spki).orElse(null), null);
  }

  private static VerifyingKey keyless(Algorithm algorithm, byte[] spki) {
    return new VerifyingKey(algorithm, idOf(spki), null, null);
  }

  private static ByteString idOf(byte[] spki) {
    return Sha256.of(ByteString.copyFrom(spki));
  }

  private static PublicKey generate(String algorithm, byte[] spki, String failure)
      throws DerException {
    return tryGenerate(algorithm, spki).orElseThrow(() -> new DerException(failure));
  }

  private static Optional<PublicKey> tryGenerate(String algorithm, byte[] spki) {
    try {
      return Optional.of(Crypto.keyFactory(algorithm).generatePublic(new X509EncodedKeySpec(spki)));
    } catch (GeneralSecurityException e) {
      return Optional.empty(); // a point off the curve, or a size that the provider refuses
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifyingKey that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
