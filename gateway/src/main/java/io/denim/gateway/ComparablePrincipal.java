package io.denim.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.OrganizationUnit;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// A principal that can be compared with others: whoever is one may always be the other.
///
/// Follows fabric v3.1.5 common/policies/inquire/compare.go.
///
/// @param kind what is asked for within the organization
record ComparablePrincipal(MSPPrincipal principal, String mspId, Kind kind) {
  /// What a principal asks for.
  sealed interface Kind {
    record Role(MSPRole.MSPRoleType role) implements Kind {}

    record Unit(String name, ByteString certifiers) implements Kind {}

    record Identity(ByteString certificate) implements Kind {}
  }

  /// Empty for kinds of principals that cannot be compared.
  static Optional<ComparablePrincipal> of(MSPPrincipal principal) {
    ByteString bytes = principal.getPrincipal();
    try {
      return switch (principal.getPrincipalClassification()) {
        case ROLE -> {
          MSPRole role = MSPRole.parseFrom(bytes);
          yield Optional.of(
              new ComparablePrincipal(
                  principal, role.getMspIdentifier(), new Kind.Role(role.getRole())));
        }
        case ORGANIZATION_UNIT -> {
          OrganizationUnit unit = OrganizationUnit.parseFrom(bytes);
          yield Optional.of(
              new ComparablePrincipal(
                  principal,
                  unit.getMspIdentifier(),
                  new Kind.Unit(
                      unit.getOrganizationalUnitIdentifier(), unit.getCertifiersIdentifier())));
        }
        case IDENTITY -> {
          SerializedIdentity identity = SerializedIdentity.parseFrom(bytes);
          yield Optional.of(
              new ComparablePrincipal(
                  principal, identity.getMspid(), new Kind.Identity(identity.getIdBytes())));
        }
        case ANONYMITY, COMBINED, UNRECOGNIZED -> Optional.empty();
      };
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// Whether everyone who satisfies this principal satisfies the other: its equals do, and every
  /// role, unit or identity is also a member.
  boolean isA(ComparablePrincipal other) {
    return mspId.equals(other.mspId)
        && (other.kind.equals(new Kind.Role(MSPRole.MSPRoleType.MEMBER))
            || kind.equals(other.kind));
  }
}
