package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import io.denim.wire.Crypto;
import io.denim.wire.Sha256;
import java.security.GeneralSecurityException;
import java.security.Signature;

/// Verifies signatures, remembering those it found good, so that what several steps check is paid
/// for once. One for the whole process; safe for use by any thread.
///
/// Follows fabric-lib-go bccsp/sw/{ecdsa,ed25519}.go (as used by fabric v3.1.5).
public final class SignatureVerifier {
  private static final int ED25519_SIGNATURE_BYTES = 64;

  private final BoundedMemo<ByteString, Boolean> good;
  private final HotKeys hotKeys = new HotKeys();

  private SignatureVerifier(int remembered) {
    this.good = new BoundedMemo<>(remembered);
  }

  /// @param remembered how many good signatures are kept; some 150 bytes each
  public static SignatureVerifier remembering(int remembered) {
    return new SignatureVerifier(remembered);
  }

  /// A verifier with room for what a busy node sees in some seconds: 100,000 signatures.
  public static SignatureVerifier create() {
    return remembering(100_000);
  }

  /// Signatures to be verified together.
  public SignatureBatch batch() {
    return new SignatureBatch(this, hotKeys);
  }

  /// Whether a signature was found good before, and is still remembered.
  boolean isKnownGood(VerifyingKey key, ByteString signed, ByteString signature) {
    return good.get(memo(key, signed, signature)).isPresent();
  }

  /// Whether the key made the signature.
  ///
  /// @param signed the message for Ed25519, else its digest
  boolean verify(VerifyingKey key, ByteString signed, ByteString signature) {
    ByteString memo = memo(key, signed, signature);
    if (good.get(memo).isPresent()) {
      return true;
    }
    boolean verified =
        switch (key.algorithm()) {
          case ECDSA -> verifyEcdsa(key, signed, signature);
          case ED25519 -> verifyEd25519(key, signed, signature);
          case RSA, DSA, UNKNOWN -> false;
        };
    if (verified) {
      good.put(memo, Boolean.TRUE);
    }
    return verified;
  }

  /// Takes a signature that this process made as good.
  void remember(VerifyingKey key, ByteString signed, ByteString signature) {
    good.put(memo(key, signed, signature), Boolean.TRUE);
  }

  /// The lengths are part of what is hashed, else bytes could be moved from message to signature.
  private static ByteString memo(VerifyingKey key, ByteString signed, ByteString signature) {
    int length = signature.size();
    ByteString lengths =
        ByteString.copyFrom(
            new byte[] {
              (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
            });
    return Sha256.of(key.id(), lengths, signature, signed);
  }

  private static boolean verifyEcdsa(VerifyingKey key, ByteString digest, ByteString signature) {
    try {
      EcdsaSignature numbers = EcdsaSignature.parse(signature);
      return numbers.isLowS(key.order()) && verify("NONEwithECDSA", key, digest, numbers.der());
    } catch (DerException e) {
      return false;
    }
  }

  private static boolean verifyEd25519(VerifyingKey key, ByteString message, ByteString signature) {
    return signature.size() == ED25519_SIGNATURE_BYTES
        && verify("Ed25519", key, message, signature);
  }

  private static boolean verify(
      String algorithm, VerifyingKey key, ByteString signed, ByteString signature) {
    if (key.key().isEmpty()) {
      return false;
    }
    try {
      Signature verifier = Crypto.signature(algorithm);
      verifier.initVerify(key.key().get());
      verifier.update(signed.asReadOnlyByteBuffer());
      return verifier.verify(signature.toByteArray());
    } catch (GeneralSecurityException e) {
      return false; // numbers out of the group's range
    }
  }
}
