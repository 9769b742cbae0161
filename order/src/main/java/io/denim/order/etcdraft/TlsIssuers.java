package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.OrdererOrganization;
import io.denim.identity.Msp;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The CAs that may issue the TLS certificates of a channel's orderers. Expiry is looked at for new
/// consenters only: the configuration must stay changeable when a certificate has expired.
record TlsIssuers(List<X509Certificate> roots, List<X509Certificate> intermediates) {
  private static final int MAX_CHAIN = 8;

  TlsIssuers {
    roots = List.copyOf(roots);
    intermediates = List.copyOf(intermediates);
  }

  static TlsIssuers of(ChannelConfig config) {
    List<X509Certificate> roots = new ArrayList<>();
    List<X509Certificate> intermediates = new ArrayList<>();
    for (OrdererOrganization organization :
        config.orderer().orElseThrow().organizations().values()) {
      Optional<Msp> msp = config.msps().msp(organization.mspId());
      if (msp.isPresent()) {
        msp.get().tlsRootCertificates().forEach(pem -> add(pem, roots));
        msp.get().tlsIntermediateCertificates().forEach(pem -> add(pem, intermediates));
      }
    }
    return new TlsIssuers(roots, intermediates);
  }

  /// Why a consenter may not have this certificate, if it may not.
  Optional<String> problem(ByteString pem, String kind, String address) {
    X509Certificate certificate;
    try {
      certificate = parse(pem);
    } catch (CertificateException e) {
      return Optional.of("parsing tls " + kind + " cert of " + address + ": " + e.getMessage());
    }
    return chains(certificate, MAX_CHAIN)
        ? Optional.empty()
        : Optional.of(
            "verifying tls "
                + kind
                + " cert with serial number "
                + certificate.getSerialNumber()
                + ": x509: certificate signed by unknown authority");
  }

  /// Why a certificate is not valid at a time, if it is not.
  Optional<String> expiry(ByteString pem, String kind, Instant now) {
    try {
      X509Certificate certificate = parse(pem);
      Instant from = certificate.getNotBefore().toInstant();
      Instant to = certificate.getNotAfter().toInstant();
      if (!now.isBefore(from) && !now.isAfter(to)) {
        return Optional.empty();
      }
      return Optional.of(
          "verifying tls "
              + kind
              + " cert with serial number "
              + certificate.getSerialNumber()
              + ": x509: certificate has expired or is not yet valid: current time "
              + now.truncatedTo(ChronoUnit.SECONDS)
              + (now.isBefore(from) ? " is before " + from : " is after " + to));
    } catch (CertificateException e) {
      return Optional.of("parsing tls " + kind + " cert: " + e.getMessage());
    }
  }

  private boolean chains(X509Certificate certificate, int left) {
    for (X509Certificate root : roots) {
      if (root.equals(certificate) || isIssuedBy(certificate, root)) {
        return true;
      }
    }
    for (X509Certificate intermediate : intermediates) {
      if (left > 0 && isIssuedBy(certificate, intermediate) && chains(intermediate, left - 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void add(ByteString pem, List<X509Certificate> to) {
    try {
      to.add(parse(pem));
    } catch (CertificateException e) {
      throw new IllegalStateException(
          "an MSP that was set up has a TLS CA certificate that does not parse", e);
    }
  }

  private static X509Certificate parse(ByteString pem) throws CertificateException {
    if (CertificateFactory.getInstance("X.509").generateCertificate(pem.newInput())
        instanceof X509Certificate certificate) {
      return certificate;
    }
    throw new CertificateException("it is no X.509 certificate");
  }
}
