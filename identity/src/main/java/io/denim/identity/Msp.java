package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.identity.DerReader.DerException;
import io.denim.wire.WireParser;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// An organization's root of trust: its CAs, revocations, administrators and roles. Immutable; safe
/// for use by any thread.
///
/// Follows fabric v3.1.5 msp/{mspimpl,mspimplsetup,mspimplvalidate}.go.
public final class Msp {
  private static final WireParser<SerializedIdentity> SERIALIZED =
      WireParser.of(SerializedIdentity.getDefaultInstance());

  private final MspDefinition definition;
  private final SignatureVerifier verifier;

  Msp(MspDefinition definition, SignatureVerifier verifier) {
    this.definition = definition;
    this.verifier = verifier;
  }

  /// Sets up an MSP.
  ///
  /// @throws MspConfigException if Fabric would not set it up either
  public static Msp of(FabricMSPConfig config, MspVersion version, SignatureVerifier verifier)
      throws MspConfigException {
    return new MspSetup(config, version, verifier).run();
  }

  public String mspId() {
    return definition.mspId();
  }

  public MspVersion version() {
    return definition.version();
  }

  /// What it was set up from.
  public FabricMSPConfig config() {
    return definition.config();
  }

  /// The TLS root certificates in PEM, as configured.
  public List<ByteString> tlsRootCertificates() {
    return definition.config().getTlsRootCertsList();
  }

  /// The TLS intermediate certificates in PEM, as configured.
  public List<ByteString> tlsIntermediateCertificates() {
    return definition.config().getTlsIntermediateCertsList();
  }

  /// The root CAs.
  public List<Certificate> rootCertificates() {
    return definition.chains().pool().roots();
  }

  /// The intermediate CAs.
  public List<Certificate> intermediateCertificates() {
    return definition.chains().pool().intermediates();
  }

  /// Deserializes and validates, as {@link MspManager#identity} with this MSP alone.
  public IdentityOutcome identity(ByteString serializedIdentity) {
    try {
      return validated(deserializeOwn(serializedIdentity));
    } catch (RefusedException e) {
      return new IdentityOutcome.Refused(IdentityOutcome.Stage.DESERIALIZE, e.reason());
    }
  }

  /// Takes a deserialized identity only if it is valid.
  static IdentityOutcome validated(Identity identity) {
    return switch (identity.validity()) {
      case Identity.Validity.Valid() -> new IdentityOutcome.Accepted(identity);
      case Identity.Validity.Invalid(String reason) ->
          new IdentityOutcome.Refused(IdentityOutcome.Stage.VALIDATE, reason);
    };
  }

  MspDefinition definition() {
    return definition;
  }

  /// Deserializes an identity that must name this MSP.
  Identity deserializeOwn(ByteString serializedIdentity) throws RefusedException {
    SerializedIdentity parsed = parse(serializedIdentity);
    if (!parsed.getMspid().equals(mspId())) {
      throw new RefusedException("expected MSP ID " + mspId() + ", received " + parsed.getMspid());
    }
    return deserialize(serializedIdentity, parsed.getIdBytes());
  }

  static SerializedIdentity parse(ByteString serializedIdentity) throws RefusedException {
    try {
      return SERIALIZED.parse(serializedIdentity);
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException("could not deserialize a SerializedIdentity: " + e.getMessage());
    }
  }

  /// @param serializedIdentity the whole, for {@link Identity#serialized}
  /// @param pem the certificate in it
  Identity deserialize(ByteString serializedIdentity, ByteString pem) throws RefusedException {
    Optional<Pem.Block> block = Pem.decode(pem);
    if (block.isEmpty()) {
      throw new RefusedException("could not decode the PEM structure");
    }
    Certificate certificate;
    try {
      certificate = Certificate.ofDer(block.get().content());
    } catch (DerException e) {
      throw new RefusedException("parseCertificate failed: " + e.getMessage());
    }
    return identityOf(serializedIdentity, certificate);
  }

  /// @param certificate as it came
  Identity identityOf(ByteString serializedIdentity, Certificate certificate)
      throws RefusedException {
    switch (certificate.key().algorithm()) {
      case ECDSA, ED25519, RSA -> {}
      case DSA, UNKNOWN ->
          throw new RefusedException(
              "failed to import certificate's public key: Certificate's public key type not"
                  + " recognized. Supported keys: [ECDSA, ED25519, RSA]");
    }
    Certificate sanitized = definition.chains().sanitize(certificate);
    return new Identity(this, verifier, serializedIdentity, sanitized);
  }

  @Override
  public String toString() {
    return "MSP " + mspId();
  }
}
