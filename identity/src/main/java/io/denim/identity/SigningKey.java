package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import io.denim.wire.Crypto;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;

/// A private key for signing. Safe for use by any thread.
///
/// Follows fabric-lib-go bccsp/sw/keys.go (as used by fabric v3.1.5): PKCS #8 or SEC 1, in PEM.
final class SigningKey {
  private static final String OID_EC = "2a8648ce3d0201";
  private static final int EXPLICIT_0 = 0xa0;

  private final PrivateKey key;

  SigningKey(PrivateKey key) {
    this.key = key;
  }

  /// Reads a key for certificates of this kind of public key.
  ///
  /// @throws GeneralSecurityException if it is no such key
  static SigningKey parse(ByteString pem, VerifyingKey.Algorithm algorithm)
      throws GeneralSecurityException {
    Pem.Block block =
        Pem.decode(pem).orElseThrow(() -> new GeneralSecurityException("no PEM content"));
    byte[] der = block.content().toByteArray();
    return switch (algorithm) {
      case ECDSA -> new SigningKey(generate("EC", pkcs8(der)));
      case ED25519 -> new SigningKey(generate("Ed25519", der));
      case RSA, DSA, UNKNOWN ->
          throw new GeneralSecurityException("keys of kind " + algorithm.goName() + " do not sign");
    };
  }

  private static PrivateKey generate(String algorithm, byte[] pkcs8)
      throws GeneralSecurityException {
    return Crypto.keyFactory(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /// SEC 1 wrapped into PKCS #8, with the curve that it names; what is PKCS #8 stays.
  private static byte[] pkcs8(byte[] der) throws GeneralSecurityException {
    try {
      DerReader sec1 = DerReader.of(der).read(DerReader.SEQUENCE);
      sec1.integer();
      if (!sec1.next(DerReader.OCTET_STRING)) {
        return der;
      }
      sec1.any();
      byte[] curve = sec1.read(EXPLICIT_0).anyElement();
      return DerWriter.sequence(
          DerWriter.integer(BigInteger.ZERO),
          DerWriter.sequence(
              DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(OID_EC)),
              curve),
          DerWriter.octetString(der));
    } catch (DerException e) {
      throw new GeneralSecurityException("not an EC private key: " + e.getMessage(), e);
    }
  }

  /// Whether this is the private side of the public key.
  boolean belongsTo(VerifyingKey publicKey) {
    try {
      ByteString probe = ByteString.copyFrom(new byte[32]);
      ByteString signature = sign(probe, publicKey);
      return SignatureVerifier.remembering(2).verify(publicKey, probe, signature);
    } catch (IllegalStateException e) {
      return false; // another curve
    }
  }

  /// Signs a digest with ECDSA, in low-S form, or a message with Ed25519.
  ///
  /// @throws IllegalStateException if the key cannot sign for this public key
  ByteString sign(ByteString signed, VerifyingKey publicKey) {
    boolean ecdsa = publicKey.algorithm() == VerifyingKey.Algorithm.ECDSA;
    try {
      Signature signer = Crypto.signature(ecdsa ? "NONEwithECDSA" : "Ed25519");
      signer.initSign(key);
      signer.update(signed.asReadOnlyByteBuffer());
      ByteString signature = UnsafeByteOperations.unsafeWrap(signer.sign());
      return ecdsa ? EcdsaSignature.parse(signature).toLowS(publicKey.order()).der() : signature;
    } catch (GeneralSecurityException | DerException e) {
      throw new IllegalStateException("cannot sign: " + e.getMessage(), e);
    }
  }

  /// The key of a file if it is one, and the right one.
  static Optional<SigningKey> matching(ByteString pem, VerifyingKey publicKey) {
    try {
      return Optional.of(parse(pem, publicKey.algorithm())).filter(key -> key.belongsTo(publicKey));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}
