package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.msp.FabricOUIdentifier;

/// The paths of CAs that units are bound to, by the certificate that a configuration names.
///
/// Follows fabric v3.1.5 msp/mspimplsetup.go getCertifiersIdentifier.
record CertifierPaths(CertificateChains chains, HashFunction hash) {
  /// The hash of the path from this CA to its root.
  ///
  /// @param pem a root or intermediate certificate
  ByteString of(ByteString pem) throws RefusedException {
    Certificate certificate;
    try {
      certificate = MspSetup.parse(pem);
    } catch (RefusedException e) {
      throw new RefusedException(
          "Failed getting certificate for [" + pem.toStringUtf8() + "]: [" + e.reason() + "]");
    }
    try {
      certificate = chains.sanitize(certificate);
    } catch (RefusedException e) {
      throw new RefusedException("sanitizeCert failed " + e.reason());
    }
    return hash.of(path(certificate).stream().map(Certificate::der).toList());
  }

  private List<Certificate> path(Certificate certificate) throws RefusedException {
    if (chains.pool().roots().contains(certificate)) {
      return List.of(certificate);
    }
    if (!chains.pool().intermediates().contains(certificate)) {
      throw new RefusedException(
          "Failed adding OU. Certificate [" + certificate + "] not in root or intermediate certs.");
    }
    try {
      return chains.ofIntermediate(certificate);
    } catch (RefusedException e) {
      throw new RefusedException(
          "Failed computing validation chain for [" + certificate + "]. [" + e.reason() + "]");
    }
  }

  /// A node unit of a configuration, if it is there.
  Optional<UnitIdentifier> unit(boolean present, FabricOUIdentifier unit) throws RefusedException {
    if (!present) {
      return Optional.empty();
    }
    ByteString certifiers =
        unit.getCertificate().isEmpty() ? ByteString.EMPTY : of(unit.getCertificate());
    return Optional.of(new UnitIdentifier(unit.getOrganizationalUnitIdentifier(), certifiers));
  }
}
