package io.denim.identity;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A root CA that cryptogen makes. Immutable.
record CertificateAuthority(String name, CertificateRequest.Issuer issuer) {
  private static final int SERIAL_NUMBER_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  static CertificateAuthority root(
      String name, Cryptogen.OrganizationSpec organization, InstantSource clock) {
    GeneratedKey key = GeneratedKey.generate();
    CertificateRequest request =
        new CertificateRequest(
            name,
            Optional.of(organization.domain()),
            Optional.empty(),
            CertificateRequest.Usage.CA,
            List.of());
    Certificate certificate = request.issue(key, Optional.empty(), serialNumber(), clock.instant());
    return new CertificateAuthority(name, new CertificateRequest.Issuer(certificate, key));
  }

  Certificate issue(CertificateRequest request, GeneratedKey key, InstantSource clock) {
    return request.issue(key, Optional.of(issuer), serialNumber(), clock.instant());
  }

  private static BigInteger serialNumber() {
    return new BigInteger(SERIAL_NUMBER_BITS, RANDOM);
  }
}
