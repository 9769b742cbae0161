package io.denim.ca;

import io.denim.identity.CertificateTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What kind of certificates the CA issues under a name, such as `tls`.
///
/// @param usages by cfssl's names
/// @param lifetime of a certificate
/// @param ca whether they are CAs' certificates
public record SigningProfile(
    List<String> usages, Duration lifetime, Optional<CertificateTemplate.CaConstraint> ca) {
  static final String TLS = "tls";
  static final String CA = "ca";
  private static final Duration YEAR = Duration.ofDays(365);

  public SigningProfile {
    usages = List.copyOf(usages);
  }

  static SigningProfile enrollment() {
    return new SigningProfile(List.of("digital signature"), YEAR, Optional.empty());
  }

  static SigningProfile tls() {
    return new SigningProfile(
        List.of("signing", "key encipherment", "server auth", "client auth", "key agreement"),
        YEAR,
        Optional.empty());
  }

  static SigningProfile intermediate() {
    return new SigningProfile(
        List.of("cert sign", "crl sign"),
        YEAR.multipliedBy(5),
        Optional.of(new CertificateTemplate.CaConstraint(Optional.of(0))));
  }
}
