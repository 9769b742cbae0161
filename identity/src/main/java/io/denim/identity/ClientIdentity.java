package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// An identity of which only the certificate and the key are at hand, not the MSP that it belongs
/// to; nodes will judge it. Immutable, for use by any thread.
///
/// Follows fabric v3.1.5 cmd/common/signer/signer.go.
public final class ClientIdentity {
  private final ByteString serialized;
  private final VerifyingKey publicKey;
  private final SigningKey key;

  private ClientIdentity(ByteString serialized, VerifyingKey publicKey, SigningKey key) {
    this.serialized = serialized;
    this.publicKey = publicKey;
    this.key = key;
  }

  /// @param certificate in PEM
  /// @param privateKey in PEM
  /// @throws MspConfigException if one of them is not usable, or they do not belong together
  public static ClientIdentity of(String mspId, ByteString certificate, ByteString privateKey)
      throws MspConfigException {
    VerifyingKey publicKey;
    try {
      publicKey = Certificate.ofPem(certificate).key();
    } catch (IllegalArgumentException e) {
      throw new MspConfigException(
          "enrollment certificate is not a valid x509 certificate: " + e.getMessage(), e);
    }
    return new ClientIdentity(
        SerializedIdentity.newBuilder()
            .setMspid(mspId)
            .setIdBytes(certificate)
            .build()
            .toByteString(),
        publicKey,
        SigningKey.matching(privateKey, publicKey)
            .orElseThrow(() ->
                new MspConfigException(
                    "failed to parse private key: it is none, or not the certificate's")));
  }

  /// The serialized identity.
  public ByteString serialized() {
    return serialized;
  }

  /// Signs: ECDSA with low S over the message's SHA-256, or Ed25519.
  public ByteString sign(ByteString message) {
    boolean ecdsa = publicKey.algorithm() == VerifyingKey.Algorithm.ECDSA;
    return key.sign(ecdsa ? HashFunction.SHA256.of(List.of(message)) : message, publicKey);
  }
}
