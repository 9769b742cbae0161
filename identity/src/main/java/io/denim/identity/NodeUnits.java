package io.denim.identity;

import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.MSPRole.MSPRoleType;

/// The units that tell roles apart, and whether they are asked for.
///
/// Follows fabric v3.1.5 msp/mspimplvalidate.go.
///
/// @param enforced whether each member must have exactly one role
record NodeUnits(
    boolean enforced,
    Optional<UnitIdentifier> client,
    Optional<UnitIdentifier> peer,
    Optional<UnitIdentifier> admin,
    Optional<UnitIdentifier> orderer) {
  static final NodeUnits NONE =
      new NodeUnits(false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private Optional<UnitIdentifier> role(String unit) {
    // The later one of the same name wins, as in a map that is filled in this order.
    Optional<UnitIdentifier> found = Optional.empty();
    for (Optional<UnitIdentifier> role : List.of(client, peer, admin, orderer)) {
      if (role.isPresent() && role.get().name().equals(unit)) {
        found = role;
      }
    }
    return found;
  }

  /// Checks that the units make exactly one role.
  ///
  /// @param version below 1.4.3 only clients and peers are told apart
  void check(List<UnitIdentifier> units, String mspId, MspVersion version) throws RefusedException {
    boolean fourRoles = version.compareTo(MspVersion.V1_4_3) >= 0;
    int roles = 0;
    for (UnitIdentifier unit : units) {
      Optional<UnitIdentifier> role = role(unit.name());
      if (role.isEmpty()) {
        continue;
      }
      if (!role.get().covers(unit)) {
        throw new RefusedException(
            "certifiersIdentifier does not match: "
                + UnitIdentifier.text(units)
                + ", MSP: ["
                + mspId
                + "]");
      }
      roles++;
      if (roles > 1) {
        break;
      }
    }
    String where = " OUs: " + UnitIdentifier.text(units) + ", MSP: [" + mspId + "]";
    if (roles == 0) {
      throw new RefusedException(
          "the identity does not have an OU that resolves to "
              + (fourRoles ? "client, peer, orderer, or admin role." : "client or peer.")
              + where);
    }
    if (roles > 1) {
      throw new RefusedException(
          fourRoles
              ? "the identity must have a client, a peer, an orderer, or an admin OU role to be"
                  + " valid, not a combination of them."
                  + where
              : "the identity must be a client or a peer identity to be valid, not a combination"
                  + " of them."
                  + where);
    }
  }

  /// Checks that the units hold the role's, whoever certified it.
  void checkRole(MSPRoleType role, List<UnitIdentifier> units, String mspId)
      throws RefusedException {
    if (!enforced) {
      throw new RefusedException("NodeOUs not activated. Cannot tell apart identities.");
    }
    Optional<UnitIdentifier> wanted =
        switch (role) {
          case CLIENT -> client;
          case PEER -> peer;
          case ADMIN -> admin;
          case ORDERER -> orderer;
          case MEMBER, UNRECOGNIZED ->
              throw new RefusedException(
                  "Invalid MSPRoleType. It must be CLIENT, PEER, ADMIN or ORDERER");
        };
    if (wanted.isEmpty()) {
      throw new RefusedException(
          "cannot test for classification, node ou for type ["
              + role
              + "], not defined, msp: ["
              + mspId
              + "]");
    }
    for (UnitIdentifier unit : units) {
      if (unit.name().equals(wanted.get().name())) {
        return;
      }
    }
    throw new RefusedException(
        "The identity does not contain OU [" + role + "], MSP: [" + mspId + "]");
  }
}
