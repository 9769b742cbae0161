package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.wire.Crypto;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Optional;

/// How a certificate or revocation list is signed (Go's crypto/x509 x509.go). RSA-PSS is not known
/// here: such a certificate has no issuer.
enum SignatureAlgorithm {
  ECDSA_SHA1("2a8648ce3d0401", VerifyingKey.Algorithm.ECDSA, "SHA1withECDSA"),
  ECDSA_SHA256("2a8648ce3d040302", VerifyingKey.Algorithm.ECDSA, "SHA256withECDSA"),
  ECDSA_SHA384("2a8648ce3d040303", VerifyingKey.Algorithm.ECDSA, "SHA384withECDSA"),
  ECDSA_SHA512("2a8648ce3d040304", VerifyingKey.Algorithm.ECDSA, "SHA512withECDSA"),
  ED25519("2b6570", VerifyingKey.Algorithm.ED25519, "Ed25519"),
  RSA_SHA1("2a864886f70d010105", VerifyingKey.Algorithm.RSA, "SHA1withRSA"),
  RSA_SHA256("2a864886f70d01010b", VerifyingKey.Algorithm.RSA, "SHA256withRSA"),
  RSA_SHA384("2a864886f70d01010c", VerifyingKey.Algorithm.RSA, "SHA384withRSA"),
  RSA_SHA512("2a864886f70d01010d", VerifyingKey.Algorithm.RSA, "SHA512withRSA"),
  UNKNOWN("", VerifyingKey.Algorithm.UNKNOWN, "");

  private final String oid;
  private final VerifyingKey.Algorithm keys;
  private final String jcaName;

  SignatureAlgorithm(String oid, VerifyingKey.Algorithm keys, String jcaName) {
    this.oid = oid;
    this.keys = keys;
    this.jcaName = jcaName;
  }

  /// The algorithm of an `AlgorithmIdentifier` whose object identifier has this content in
  /// hexadecimal.
  static SignatureAlgorithm of(String oid, boolean hasParameters) {
    for (SignatureAlgorithm algorithm : values()) {
      if (algorithm.oid.equals(oid)) {
        return algorithm == ED25519 && hasParameters ? UNKNOWN : algorithm;
      }
    }
    return UNKNOWN;
  }

  boolean isEcdsa() {
    return keys == VerifyingKey.Algorithm.ECDSA;
  }

  /// Why a signature is not good; empty if it is.
  ///
  /// @param allowSha1 as for revocation lists
  Optional<String> refusal(
      ByteString signed, ByteString signature, VerifyingKey key, boolean allowSha1) {
    if (this == UNKNOWN) {
      return Optional.of("x509: cannot verify signature: algorithm unimplemented");
    }
    if (!allowSha1 && (this == ECDSA_SHA1 || this == RSA_SHA1)) {
      return Optional.of("x509: cannot verify signature: insecure algorithm " + name());
    }
    if (key.algorithm() != keys || key.key().isEmpty()) {
      return Optional.of(
          "x509: signature algorithm specifies an "
              + keys.goName()
              + " public key, but have public key of type "
              + key.algorithm().goName());
    }
    boolean good =
        (!isEcdsa() || EcdsaSignature.isStrict(signature)) && verify(signed, signature, key);
    return good
        ? Optional.empty()
        : Optional.of("x509: " + keys.goName() + " verification failure");
  }

  private boolean verify(ByteString signed, ByteString signature, VerifyingKey key) {
    try {
      Signature verifier = Crypto.signature(jcaName);
      verifier.initVerify(key.key().orElseThrow());
      verifier.update(signed.asReadOnlyByteBuffer());
      return verifier.verify(signature.toByteArray());
    } catch (GeneralSecurityException e) {
      return false; // the provider will not read such a signature
    }
  }
}
