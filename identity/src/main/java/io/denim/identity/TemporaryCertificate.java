package io.denim.identity;

import com.google.protobuf.ByteString;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A client's TLS certificate for one connection, from a CA that is forgotten at once, for servers
/// that want some certificate and trust any (fabric v3.1.5 common/crypto/tlsgen).
///
/// @param certificate in PEM
/// @param privateKey in PEM
public record TemporaryCertificate(ByteString certificate, ByteString privateKey) {
  /// Makes one.
  public static TemporaryCertificate create(InstantSource clock) {
    CertificateAuthority authority =
        CertificateAuthority.root(
            "temporary",
            new Cryptogen.OrganizationSpec("temporary", "temporary", false, List.of(), 0),
            clock);
    GeneratedKey key = GeneratedKey.generate();
    Certificate certificate =
        authority.issue(
            new CertificateRequest(
                "client",
                Optional.empty(),
                Optional.empty(),
                CertificateRequest.Usage.TLS,
                List.of()),
            key,
            clock);
    return new TemporaryCertificate(certificate.pem(), key.pem());
  }
}
