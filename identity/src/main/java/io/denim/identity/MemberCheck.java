package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.List;

/// The checks of a member beyond its chain: key, revocation, units. Stateless.
///
/// Follows fabric v3.1.5 msp/mspimplvalidate.go.
final class MemberCheck {
  private MemberCheck() {}

  static void validate(MspDefinition msp, Identity identity) throws RefusedException {
    Certificate certificate = identity.certificate();
    VerifyingKey.Algorithm algorithm = certificate.key().algorithm();
    if (!msp.supports(algorithm)) {
      throw new RefusedException(
          "could not validate identity's public key algorithm: "
              + algorithm.goName()
              + " is not supported");
    }
    List<Certificate> chain;
    try {
      chain = identity.chain();
    } catch (RefusedException e) {
      throw e.during("could not obtain certification chain");
    }
    try {
      checkRevocation(msp.revocations(), certificate, chain);
    } catch (RefusedException e) {
      throw e.during("could not validate identity against certification chain");
    }
    try {
      checkUnits(msp, identity.units());
    } catch (RefusedException e) {
      throw e.during("could not validate identity's OUs");
    }
  }

  /// Checks that no list of the issuer names the certificate. A list counts from when the
  /// configuration holds it, whatever its dates.
  static void checkRevocation(
      List<RevocationList> revocations, Certificate certificate, List<Certificate> chain)
      throws RefusedException {
    Certificate issuer = chain.get(1);
    ByteString subjectKeyId = subjectKeyId(issuer);
    for (RevocationList list : revocations) {
      ByteString authority = list.authorityKeyId();
      if (authority == null) {
        throw new RefusedException(
            "could not obtain Authority Key Identifier for crl: authorityKeyIdentifier not found"
                + " in certificate");
      }
      if (authority.equals(subjectKeyId)
          && list.serialNumbers().contains(certificate.serialNumber())
          && list.refusalBy(issuer).isEmpty()) {
        throw new RefusedException("The certificate has been revoked");
      }
    }
  }

  private static ByteString subjectKeyId(Certificate issuer) throws RefusedException {
    ByteString id = issuer.extensions().subjectKeyId();
    if (id == null) {
      throw new RefusedException(
          "could not obtain Subject Key Identifier for signer cert: subjectKeyIdentifier not found"
              + " in certificate");
    }
    return id;
  }

  private static void checkUnits(MspDefinition msp, List<UnitIdentifier> units)
      throws RefusedException {
    if (!msp.units().isEmpty() && units.stream().noneMatch(unit -> isListed(msp, unit))) {
      throw new RefusedException(
          units.isEmpty()
              ? "the identity certificate does not contain an Organizational Unit (OU)"
              : "none of the identity's organizational units "
                  + UnitIdentifier.text(units)
                  + " are in MSP "
                  + msp.mspId());
    }
    if (msp.nodeUnits().enforced() && msp.version() != MspVersion.V1_0) {
      msp.nodeUnits().check(units, msp.mspId(), msp.version());
    }
  }

  private static boolean isListed(MspDefinition msp, UnitIdentifier unit) {
    List<ByteString> certifiers = msp.units().get(unit.name());
    return certifiers != null && certifiers.contains(unit.certifiers());
  }
}
