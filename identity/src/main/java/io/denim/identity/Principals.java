package io.denim.identity;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.CombinedPrincipal;
import org.hyperledger.fabric.protos.common.MSPIdentityAnonymity;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.OrganizationUnit;

/// Whether a member is what a principal asks for. Stateless.
///
/// Follows fabric v3.1.5 msp/mspimpl.go SatisfiesPrincipal.
final class Principals {
  private static final WireParser<MSPRole> ROLE = WireParser.of(MSPRole.getDefaultInstance());
  private static final WireParser<OrganizationUnit> UNIT =
      WireParser.of(OrganizationUnit.getDefaultInstance());
  private static final WireParser<MSPIdentityAnonymity> ANONYMITY =
      WireParser.of(MSPIdentityAnonymity.getDefaultInstance());
  private static final WireParser<CombinedPrincipal> COMBINED =
      WireParser.of(CombinedPrincipal.getDefaultInstance());

  /// Fabric knows no limit, and would be stopped by far deeper nesting.
  private static final int MAX_NESTING = 100;

  private Principals() {}

  static PrincipalMatch match(Msp msp, Identity identity, MSPPrincipal principal) {
    try {
      check(msp, identity, principal, 0);
      return PrincipalMatch.yes();
    } catch (RefusedException e) {
      return PrincipalMatch.no(e.reason());
    }
  }

  private static void check(Msp msp, Identity identity, MSPPrincipal principal, int depth)
      throws RefusedException {
    MspVersion version = msp.version();
    switch (principal.getPrincipalClassification()) {
      case ROLE -> checkRole(msp, identity, role(principal));
      case IDENTITY -> checkIdentity(msp, identity, principal);
      case ORGANIZATION_UNIT -> checkUnit(msp, identity, principal);
      case COMBINED -> {
        if (version.compareTo(MspVersion.V1_1) <= 0) {
          throw unknown(principal);
        }
        checkAll(msp, identity, principal, depth);
      }
      case ANONYMITY -> {
        if (version.compareTo(MspVersion.V1_3) < 0) {
          throw unknown(principal);
        }
        checkAnonymity(principal);
      }
      case UNRECOGNIZED -> throw unknown(principal);
    }
  }

  private static RefusedException unknown(MSPPrincipal principal) {
    return new RefusedException(
        "invalid principal type " + principal.getPrincipalClassificationValue());
  }

  private static void checkAll(Msp msp, Identity identity, MSPPrincipal principal, int depth)
      throws RefusedException {
    CombinedPrincipal combined;
    try {
      combined = COMBINED.parse(principal.getPrincipal());
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(
          "could not unmarshal CombinedPrincipal from principal: " + e.getMessage());
    }
    if (combined.getPrincipalsCount() == 0) {
      throw new RefusedException("No principals in CombinedPrincipal");
    }
    if (depth >= MAX_NESTING) {
      throw new RefusedException("principals are combined more than " + MAX_NESTING + " deep");
    }
    for (MSPPrincipal each : combined.getPrincipalsList()) {
      check(msp, identity, each, depth + 1);
    }
  }

  private static MSPRole role(MSPPrincipal principal) throws RefusedException {
    try {
      return ROLE.parse(principal.getPrincipal());
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException("could not unmarshal MSPRole from principal: " + e.getMessage());
    }
  }

  private static void checkMember(String wanted, Msp msp) throws RefusedException {
    if (!wanted.equals(msp.mspId())) {
      throw new RefusedException(
          "the identity is a member of a different MSP (expected "
              + wanted
              + ", got "
              + msp.mspId()
              + ")");
    }
  }

  private static void checkRole(Msp msp, Identity identity, MSPRole role) throws RefusedException {
    checkMember(role.getMspIdentifier(), msp);
    boolean fourRoles =
        msp.version().compareTo(MspVersion.V1_4_3) >= 0 && msp.definition().nodeUnits().enforced();
    switch (role.getRole()) {
      case MEMBER -> identity.checkValid();
      case ADMIN -> {
        if (!msp.definition().admins().contains(identity.certificate())) {
          if (!fourRoles) {
            throw new RefusedException("This identity is not an admin");
          }
          checkNodeRole(msp, identity, role, "The identity is not an admin under this MSP [");
        }
      }
      case CLIENT, PEER -> checkNodeRole(msp, identity, role, notA(role));
      case ORDERER -> {
        if (!fourRoles) {
          throw new RefusedException("invalid MSP role type " + role.getRoleValue());
        }
        checkNodeRole(msp, identity, role, notA(role));
      }
      case UNRECOGNIZED ->
          throw new RefusedException("invalid MSP role type " + role.getRoleValue());
    }
  }

  private static String notA(MSPRole role) {
    return "The identity is not a [" + role.getRole() + "] under this MSP [";
  }

  private static void checkNodeRole(Msp msp, Identity identity, MSPRole role, String otherwise)
      throws RefusedException {
    try {
      identity.checkValid();
    } catch (RefusedException e) {
      throw e.during("The identity is not valid under this MSP [" + msp.mspId() + "]");
    }
    try {
      msp.definition().nodeUnits().checkRole(role.getRole(), identity.units(), msp.mspId());
    } catch (RefusedException e) {
      throw e.during(otherwise + msp.mspId() + "]");
    }
  }

  private static void checkIdentity(Msp msp, Identity identity, MSPPrincipal principal)
      throws RefusedException {
    Identity named;
    try {
      named = msp.deserializeOwn(principal.getPrincipal());
    } catch (RefusedException e) {
      throw e.during("invalid identity principal, not a certificate");
    }
    if (!named.certificate().equals(identity.certificate())) {
      throw new RefusedException("The identities do not match");
    }
    named.checkValid();
  }

  private static void checkUnit(Msp msp, Identity identity, MSPPrincipal principal)
      throws RefusedException {
    OrganizationUnit unit;
    try {
      unit = UNIT.parse(principal.getPrincipal());
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(
          "could not unmarshal OrganizationUnit from principal: " + e.getMessage());
    }
    checkMember(unit.getMspIdentifier(), msp);
    identity.checkValid();
    UnitIdentifier wanted =
        new UnitIdentifier(unit.getOrganizationalUnitIdentifier(), unit.getCertifiersIdentifier());
    if (!identity.units().contains(wanted)) {
      throw new RefusedException("The identities do not match");
    }
  }

  private static void checkAnonymity(MSPPrincipal principal) throws RefusedException {
    MSPIdentityAnonymity anonymity;
    try {
      anonymity = ANONYMITY.parse(principal.getPrincipal());
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(
          "could not unmarshal MSPIdentityAnonymity from principal: " + e.getMessage());
    }
    switch (anonymity.getAnonymityType()) {
      case NOMINAL -> {}
      case ANONYMOUS ->
          throw new RefusedException(
              "Principal is anonymous, but X.509 MSP does not support anonymous identities");
      case UNRECOGNIZED ->
          throw new RefusedException(
              "Unknown principal anonymity type: " + anonymity.getAnonymityTypeValue());
    }
  }
}
