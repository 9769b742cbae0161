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

/// A new P-256 key pair. Immutable.
///
/// @param subjectPublicKeyInfo in DER
/// @param point the public key's uncompressed point
/// @param pem the private key in PKCS #8, with the public key inside as Go writes it
record GeneratedKey(
    SigningKey signing, ByteString subjectPublicKeyInfo, ByteString point, ByteString pem) {
  private static final byte[] OID_EC = HexFormat.of().parseHex("2a8648ce3d0201");
  private static final int POINT_BYTES = 65;

  static GeneratedKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return of(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime makes no P-256 keys", e);
    }
  }

  /// A key that was made before.
  ///
  /// @param certificate that belongs to it
  /// @throws GeneralSecurityException if it is no P-256 key or not the certificate's
  static GeneratedKey of(ByteString pem, Certificate certificate) throws GeneralSecurityException {
    VerifyingKey publicKey = certificate.key();
    if (publicKey.algorithm() != VerifyingKey.Algorithm.ECDSA) {
      throw new GeneralSecurityException("its key is not for ECDSA");
    }
    SigningKey signing =
        SigningKey.matching(pem, publicKey)
            .orElseThrow(() -> new GeneralSecurityException("the key is not the certificate's"));
    byte[] spki =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(certificate.der().newInput())
            .getPublicKey()
            .getEncoded();
    byte[] point = Arrays.copyOfRange(spki, spki.length - POINT_BYTES, spki.length);
    return new GeneratedKey(
        signing,
        UnsafeByteOperations.unsafeWrap(spki),
        UnsafeByteOperations.unsafeWrap(point),
        pem);
  }

  private static GeneratedKey of(KeyPair pair) throws GeneralSecurityException {
    byte[] spki = pair.getPublic().getEncoded();
    byte[] point = Arrays.copyOfRange(spki, spki.length - POINT_BYTES, spki.length);
    byte[] scalar = fixed(((ECPrivateKey) pair.getPrivate()).getS());
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
                    DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(Curve.P256.oid()))),
            DerWriter.octetString(sec1));
    ByteString pem = Pem.encode("PRIVATE KEY", UnsafeByteOperations.unsafeWrap(pkcs8));
    return new GeneratedKey(
        SigningKey.parse(pem, VerifyingKey.Algorithm.ECDSA),
        UnsafeByteOperations.unsafeWrap(spki),
        UnsafeByteOperations.unsafeWrap(point),
        pem);
  }

  /// The number in as many bytes as the curve's field has.
  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[Curve.P256.fieldBytes()];
    int length = Math.min(bytes.length, fixed.length);
    System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
    return fixed;
  }
}
