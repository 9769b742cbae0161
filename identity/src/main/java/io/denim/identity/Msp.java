package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;

/// An organization's root of trust: its CAs, revocations, administrators and roles. Immutable; safe
/// for use by any thread.
///
/// Follows fabric v3.1.5 msp/{mspimpl,mspimplsetup,mspimplvalidate}.go.
@SuppressWarnings("DoNotCallSuggester")
public final class Msp {
  private Msp() {}

  /// Sets up an MSP.
  ///
  /// @throws MspConfigException if Fabric would not set it up either
  public static Msp of(FabricMSPConfig config, MspVersion version, SignatureVerifier verifier)
      throws MspConfigException {
    throw new UnsupportedOperationException();
  }

  public String mspId() {
    throw new UnsupportedOperationException();
  }

  public MspVersion version() {
    throw new UnsupportedOperationException();
  }

  /// What it was set up from.
  public FabricMSPConfig config() {
    throw new UnsupportedOperationException();
  }

  /// The TLS root certificates in PEM, as configured.
  public List<ByteString> tlsRootCertificates() {
    throw new UnsupportedOperationException();
  }

  /// The TLS intermediate certificates in PEM, as configured.
  public List<ByteString> tlsIntermediateCertificates() {
    throw new UnsupportedOperationException();
  }

  /// The root CAs.
  public List<Certificate> rootCertificates() {
    throw new UnsupportedOperationException();
  }

  /// The intermediate CAs.
  public List<Certificate> intermediateCertificates() {
    throw new UnsupportedOperationException();
  }

  /// Deserializes and validates, as {@link MspManager#identity} with this MSP alone.
  public IdentityOutcome identity(ByteString serializedIdentity) {
    throw new UnsupportedOperationException();
  }
}
