package io.denim.identity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The CAs that chains may lead over. Immutable.
///
/// Follows Go's crypto/x509 verify.go Certificate.Verify, cert_pool.go, for the options that MSPs
/// use: any name, use as a TLS server. Constraints on policies are not understood, and those on
/// names not applied: a CA that has them issues no certificate with alternative names here.
record CertificatePool(List<Certificate> roots, List<Certificate> intermediates) {
  private static final int MAX_SIGNATURE_CHECKS = 100;

  CertificatePool {
    roots = distinct(roots);
    intermediates = distinct(intermediates);
  }

  private static List<Certificate> distinct(List<Certificate> certificates) {
    return certificates.stream().distinct().toList();
  }

  /// The chains found, or why there is none.
  sealed interface ChainOutcome {
    /// @param chains at least one; each starts with the certificate and ends with a root
    record Found(List<List<Certificate>> chains) implements ChainOutcome {}

    record NotFound(String reason) implements ChainOutcome {}
  }

  /// Looks for chains from the certificate to a root.
  ///
  /// @param at when all of a chain must be within its validity
  ChainOutcome verify(Certificate certificate, Instant at) {
    Optional<String> invalid = invalid(certificate, false, List.of(), at);
    if (invalid.isPresent()) {
      return new ChainOutcome.NotFound(invalid.get());
    }
    Search search = new Search(at);
    if (roots.contains(certificate)) {
      search.chains.add(List.of(certificate));
    } else {
      search.extend(List.of(certificate));
    }
    if (search.chains.isEmpty()) {
      return new ChainOutcome.NotFound(search.failure());
    }
    List<List<Certificate>> usable = search.chains.stream().filter(this::usable).toList();
    return usable.isEmpty()
        ? new ChainOutcome.NotFound("x509: certificate specifies an incompatible key usage")
        : new ChainOutcome.Found(usable);
  }

  private boolean usable(List<Certificate> chain) {
    boolean named = false;
    for (Certificate certificate : chain) {
      CertificateExtensions extensions = certificate.extensions();
      if (!extensions.serverAuth() || (named && extensions.nameConstraints())) {
        return false;
      }
      named |= extensions.alternativeNames() != null;
    }
    return true;
  }

  private static Optional<String> invalid(
      Certificate certificate, boolean intermediate, List<Certificate> chain, Instant at) {
    CertificateExtensions extensions = certificate.extensions();
    if (extensions.unhandledCritical()) {
      return Optional.of("x509: unhandled critical extension");
    }
    if (at.isBefore(certificate.notBefore()) || at.isAfter(certificate.notAfter())) {
      boolean before = at.isBefore(certificate.notBefore());
      return Optional.of(
          "x509: certificate has expired or is not yet valid: current time "
              + at
              + (before ? " is before " : " is after ")
              + (before ? certificate.notBefore() : certificate.notAfter()));
    }
    if (intermediate && !(extensions.basicConstraints() && extensions.isCa())) {
      return Optional.of("x509: certificate is not authorized to sign other certificates");
    }
    if (extensions.basicConstraints()
        && extensions.maxPathLength() >= 0
        && chain.size() - 1 > extensions.maxPathLength()) {
      return Optional.of("x509: too many intermediates for path length constraint");
    }
    return Optional.empty();
  }

  /// Looks from one certificate upwards. Owned by the searching thread.
  private final class Search {
    private final Instant at;
    private final List<List<Certificate>> chains = new ArrayList<>();
    private int signatureChecks;
    private Optional<String> hint = Optional.empty();

    Search(Instant at) {
      this.at = at;
    }

    String failure() {
      if (signatureChecks > MAX_SIGNATURE_CHECKS) {
        return "x509: signature check attempts limit reached while verifying certificate chain";
      }
      String reason = "x509: certificate signed by unknown authority";
      return hint.map(text ->
              reason
                  + " (possibly because of \""
                  + text
                  + "\" while trying to verify candidate authority certificate)")
          .orElse(reason);
    }

    void extend(List<Certificate> chain) {
      consider(roots, false, chain);
      consider(intermediates, true, chain);
    }

    private void consider(List<Certificate> pool, boolean intermediate, List<Certificate> chain) {
      for (Certificate candidate : pool) {
        if (!candidate.subject().equals(chain.getLast().issuer())) {
          continue;
        }
        signatureChecks++;
        if (signatureChecks > MAX_SIGNATURE_CHECKS) {
          return;
        }
        if (!isIn(candidate, chain)) {
          consider(candidate, intermediate, chain);
        }
      }
    }

    private void consider(Certificate candidate, boolean intermediate, List<Certificate> chain) {
      Optional<String> refusal =
          chain
              .getLast()
              .refusalBy(candidate)
              .or(() -> invalid(candidate, intermediate, chain, at));
      if (refusal.isPresent()) {
        hint = hint.or(() -> refusal);
        return;
      }
      List<Certificate> longer = new ArrayList<>(chain);
      longer.add(candidate);
      if (intermediate) {
        extend(longer);
      } else {
        chains.add(List.copyOf(longer));
      }
    }

    /// Whether the chain has a certificate of this subject, key and names, which would be a loop.
    private static boolean isIn(Certificate candidate, List<Certificate> chain) {
      for (Certificate certificate : chain) {
        if (candidate.subject().equals(certificate.subject())
            && candidate.key().equals(certificate.key())
            && Objects.equals(
                candidate.extensions().alternativeNames(),
                certificate.extensions().alternativeNames())) {
          return true;
        }
      }
      return false;
    }
  }
}
