package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/// A new ECDSA key pair. Immutable.
///
/// @param subjectPublicKeyInfo in DER
/// @param point the public key's uncompressed point
/// @param pem the private key in PKCS #8, with the public key inside as Go writes it
record GeneratedKey(
    SigningKey signing, ByteString subjectPublicKeyInfo, ByteString point, ByteString pem) {
  private static final byte[] OID_EC = HexFormat.of().parseHex("2a8648ce3d0201");

  static GeneratedKey generate() {
    return generate(Curve.P256);
  }

  static GeneratedKey generate(Curve curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve.jcaName()));
      return of(generator.generateKeyPair(), curve);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime makes no keys on " + curve, e);
    }
  }

  /// A key that was made before.
  ///
  /// @param certificate that belongs to it
  /// @throws GeneralSecurityException if it is no ECDSA key or not the certificate's
  static GeneratedKey of(ByteString pem, Certificate certificate) throws GeneralSecurityException {
    VerifyingKey publicKey = certificate.key();
    if (publicKey.algorithm() != VerifyingKey.Algorithm.ECDSA) {
      throw new GeneralSecurityException("its key is not for ECDSA");
    }
    SigningKey signing =
        SigningKey.matching(pem, publicKey)
            .orElseThrow(() -> new GeneralSecurityException("the key is not the certificate's"));
    byte[] spki = spkiOf(certificate);
    byte[] point = point(spki, Curve.ofOrder(publicKey.order()));
    return new GeneratedKey(
        signing,
        UnsafeByteOperations.unsafeWrap(spki),
        UnsafeByteOperations.unsafeWrap(point),
        pem);
  }

  /// The public point of a certificate's key.
  ///
  /// @throws GeneralSecurityException if it is no ECDSA key
  static ByteString pointOf(Certificate certificate) throws GeneralSecurityException {
    if (certificate.key().algorithm() != VerifyingKey.Algorithm.ECDSA) {
      throw new GeneralSecurityException("its key is not for ECDSA");
    }
    Curve curve = Curve.ofOrder(certificate.key().order());
    return UnsafeByteOperations.unsafeWrap(point(spkiOf(certificate), curve));
  }

  private static byte[] spkiOf(Certificate certificate) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(certificate.der().newInput())
        .getPublicKey()
        .getEncoded();
  }

  private static byte[] point(byte[] spki, Curve curve) {
    return Arrays.copyOfRange(spki, spki.length - (1 + 2 * curve.fieldBytes()), spki.length);
  }

  private static GeneratedKey of(KeyPair pair, Curve curve) throws GeneralSecurityException {
    byte[] spki = pair.getPublic().getEncoded();
    byte[] point = point(spki, curve);
    byte[] scalar = fixed(((ECPrivateKey) pair.getPrivate()).getS(), curve);
    byte[] sec1 =
        DerWriter.sequence(
            DerWriter.integer(BigInteger.ONE),
            DerWriter.octetString(scalar),
            DerWriter.element(0xa1, DerWriter.bitString(point)));
    byte[] pkcs8 =
        DerWriter.sequence(
            DerWriter.integer(BigInteger.ZERO),
            DerWriter.sequence(
                DerWriter.element(DerReader.OBJECT_IDENTIFIER, OID_EC),
                DerWriter.element(
                    DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(curve.oid()))),
            DerWriter.octetString(sec1));
    ByteString pem = Pem.encode("PRIVATE KEY", UnsafeByteOperations.unsafeWrap(pkcs8));
    return new GeneratedKey(
        SigningKey.parse(pem, VerifyingKey.Algorithm.ECDSA),
        UnsafeByteOperations.unsafeWrap(spki),
        UnsafeByteOperations.unsafeWrap(point),
        pem);
  }

  /// The number in as many bytes as the curve's field has.
  private static byte[] fixed(BigInteger number, Curve curve) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[curve.fieldBytes()];
    int length = Math.min(bytes.length, fixed.length);
    System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
    return fixed;
  }
}
