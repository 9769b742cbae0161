package io.denim.identity;

import io.denim.identity.DerReader.DerException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The chains of one MSP's members. A certificate is looked at one second after it was issued, so
/// that members stay members when they or their CA expire. Immutable.
///
/// Follows fabric v3.1.5 msp/{mspimpl,mspimplvalidate,cert}.go.
final class CertificateChains {
  private final CertificatePool pool;
  private final Set<Certificate> internalNodes;

  private CertificateChains(CertificatePool pool, Set<Certificate> internalNodes) {
    this.pool = pool;
    this.internalNodes = Set.copyOf(internalNodes);
  }

  /// Chains over CAs of which nothing else is known yet.
  static CertificateChains over(List<Certificate> roots, List<Certificate> intermediates) {
    return new CertificateChains(new CertificatePool(roots, intermediates), Set.of());
  }

  /// The same, knowing which CAs issue for other CAs and therefore not for members.
  ///
  /// @throws RefusedException if an intermediate CA has no chain
  CertificateChains withInternalNodes() throws RefusedException {
    Set<Certificate> nodes = new HashSet<>();
    for (Certificate intermediate : pool.intermediates()) {
      try {
        List<Certificate> chain = unique(intermediate);
        nodes.addAll(chain.subList(1, chain.size()));
      } catch (RefusedException e) {
        throw e.during(
            "failed getting validation chain, (SN: " + intermediate.serialNumber() + ")");
      }
    }
    return new CertificateChains(pool, nodes);
  }

  CertificatePool pool() {
    return pool;
  }

  /// The one chain from a certificate to a root.
  List<Certificate> unique(Certificate certificate) throws RefusedException {
    return unique(certificate, pool);
  }

  private static List<Certificate> unique(Certificate certificate, CertificatePool pool)
      throws RefusedException {
    Instant at = certificate.notBefore().plus(Duration.ofSeconds(1));
    return switch (pool.verify(certificate, at)) {
      case CertificatePool.ChainOutcome.Found(List<List<Certificate>> chains) -> {
        if (chains.size() != 1) {
          throw new RefusedException(
              "this MSP only supports a single validation chain, got " + chains.size());
        }
        yield chains.getFirst();
      }
      case CertificatePool.ChainOutcome.NotFound(String reason) ->
          throw new RefusedException("the supplied identity is not valid: " + reason);
    };
  }

  /// The chain of a member, whose issuer must not issue for CAs.
  List<Certificate> ofMember(Certificate certificate) throws RefusedException {
    if (certificate.isCa()) {
      throw new RefusedException(
          "An X509 certificate with Basic Constraint: Certificate Authority equals true cannot be"
              + " used as an identity");
    }
    return checked(certificate, 1);
  }

  /// The chain of an intermediate CA that issues for members.
  List<Certificate> ofIntermediate(Certificate certificate) throws RefusedException {
    return checked(certificate, 0);
  }

  private List<Certificate> checked(Certificate certificate, int leafPosition)
      throws RefusedException {
    List<Certificate> chain;
    try {
      chain = unique(certificate);
    } catch (RefusedException e) {
      throw e.during("failed getting validation chain");
    }
    if (chain.size() < 2) {
      throw new RefusedException("expected a chain of length at least 2, got " + chain.size());
    }
    if (internalNodes.contains(chain.get(leafPosition))) {
      throw new RefusedException(
          "invalid validation chain. Parent certificate should be a leaf of the certification tree"
              + " ["
              + certificate
              + "]");
    }
    return chain;
  }

  /// The certificate with its issuer's signature in low-S form, so that one certificate has one
  /// spelling. A certificate that ECDSA signed must have a chain for that.
  Certificate sanitize(Certificate certificate) throws RefusedException {
    if (!certificate.algorithm().isEcdsa()) {
      return certificate;
    }
    if (certificate.isCa() && certificate.refusalBy(certificate).isEmpty()) {
      Certificate root = lowS(certificate, certificate);
      unique(root, new CertificatePool(List.of(root), pool.intermediates()));
      return root;
    }
    List<Certificate> chain = unique(certificate);
    if (chain.size() <= 1) {
      throw new RefusedException(
          "failed to traverse certificate verification chain for leaf or intermediate certificate,"
              + " with subject "
              + certificate.commonName());
    }
    return lowS(certificate, chain.get(1));
  }

  private static Certificate lowS(Certificate certificate, Certificate parent)
      throws RefusedException {
    try {
      EcdsaSignature signature = EcdsaSignature.parse(certificate.signature());
      EcdsaSignature low = signature.toLowS(parent.key().order());
      return low.der().equals(certificate.signature())
          ? certificate
          : certificate.withSignature(low.der());
    } catch (DerException e) {
      throw new RefusedException(String.valueOf(e.getMessage()));
    }
  }
}
