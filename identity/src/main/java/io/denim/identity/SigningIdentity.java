package io.denim.identity;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// An identity whose private key this process holds. Safe for use by any thread.
///
/// Follows fabric v3.1.5 msp/identities.go.
public final class SigningIdentity {
  private final Identity identity;
  private final SigningKey key;
  private final SignatureVerifier verifier;

  private SigningIdentity(Identity identity, SigningKey key, SignatureVerifier verifier) {
    this.identity = identity;
    this.key = key;
    this.verifier = verifier;
  }

  /// A member that signs.
  ///
  /// @param certificate in PEM
  /// @param privateKey in PEM
  /// @throws MspConfigException if the MSP refuses the certificate or the key is not its own
  public static SigningIdentity of(
      Msp msp, ByteString certificate, ByteString privateKey, SignatureVerifier verifier)
      throws MspConfigException {
    Identity identity = identityOf(msp, certificate);
    SigningKey key =
        SigningKey.matching(privateKey, identity.certificate().key())
            .orElseThrow(() ->
                new MspConfigException(
                    "the private key does not belong to the " + identity.certificate()));
    return new SigningIdentity(identity, key, verifier);
  }

  static SigningIdentity of(Identity identity, SigningKey key, SignatureVerifier verifier) {
    return new SigningIdentity(identity, key, verifier);
  }

  /// The member of a certificate, serialized as Fabric's nodes serialize themselves.
  static Identity identityOf(Msp msp, ByteString certificate) throws MspConfigException {
    try {
      Certificate sanitized =
          msp.identityOf(ByteString.EMPTY, MspSetup.parse(certificate)).certificate();
      ByteString serialized =
          SerializedIdentity.newBuilder()
              .setMspid(msp.mspId())
              .setIdBytes(sanitized.pem())
              .build()
              .toByteString();
      return msp.identityOf(serialized, sanitized);
    } catch (RefusedException e) {
      throw new MspConfigException(e.reason());
    }
  }

  /// The organization's MSP id.
  public String mspId() {
    return identity.mspId();
  }

  /// The serialized identity as Fabric's nodes write their own.
  public ByteString serialized() {
    return identity.serialized();
  }

  /// Signs: ECDSA with low S over the message's digest, or Ed25519. The verifier remembers the
  /// signature as good.
  public ByteString sign(ByteString message) {
    VerifyingKey publicKey = identity.certificate().key();
    ByteString signed = identity.signed(message);
    ByteString signature = key.sign(signed, publicKey);
    verifier.remember(publicKey, signed, signature);
    return signature;
  }

  /// The public side.
  public Identity identity() {
    return identity;
  }
}
