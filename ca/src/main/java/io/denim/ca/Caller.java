package io.denim.ca;

import io.denim.identity.Certificate;
import java.util.List;
import java.util.Optional;

/// Who asks, and what he may do (fabric-ca v1.5 lib/serverrequestcontext.go). Immutable.
///
/// @param certificate that he proved to own; absent where he gave a password
record Caller(CaIdentity identity, Optional<Certificate> certificate) {
  /// The words of a list that commas separate.
  static List<String> list(String text) {
    return List.of(text.split(",", -1)).stream().map(String::strip).toList();
  }

  boolean isAbove(String affiliation) {
    String own = identity.affiliation();
    return own.isEmpty() || affiliation.equals(own) || affiliation.startsWith(own + ".");
  }

  void requireAbove(String affiliation) throws CaRefusal {
    if (!isAbove(affiliation)) {
      throw CaRefusal.authorization(
          ErrorCode.CALLER_NOT_AFFILIATED,
          "Caller does not have authority to act on affiliation '" + affiliation + "'");
    }
  }

  /// Whether he may register identities of some type.
  boolean isRegistrar() {
    return identity.attribute(Attribute.ROLES).filter(roles -> !roles.isEmpty()).isPresent();
  }

  /// The types that he may register, as he has them.
  String registrarRoles() throws CaRefusal {
    return identity
        .attribute(Attribute.ROLES)
        .orElseThrow(() ->
            CaRefusal.authorization(
                ErrorCode.REGISTER_ATTRIBUTE_AUTHORITY,
                "'" + identity.id() + "' is not a registrar"));
  }

  void requireType(String type) throws CaRefusal {
    String roles = registrarRoles();
    if (roles.isEmpty()) {
      throw CaRefusal.authorization(
          ErrorCode.REGISTER_ATTRIBUTE_AUTHORITY,
          "'" + identity.id() + "' is not allowed to manage users");
    }
    String asked = type.isEmpty() ? "client" : type;
    List<String> types = list(roles);
    if (!types.contains("*") && types.stream().noneMatch(asked::equalsIgnoreCase)) {
      throw CaRefusal.authorization(
          ErrorCode.CALLER_NOT_AFFILIATED,
          "Registrar does not have authority to act on type '" + type + "'");
    }
  }

  void requireManagementOf(CaIdentity other) throws CaRefusal {
    requireAbove(other.affiliation());
    requireType(other.type());
  }

  /// Requires an attribute that must be true.
  void requireRole(String attribute) throws CaRefusal {
    String value =
        identity
            .attribute(attribute)
            .orElseThrow(() ->
                CaRefusal.authorization(
                    ErrorCode.MISSING_ATTRIBUTE,
                    "Invoker does not have following role'"
                        + attribute
                        + "': 'User does not have attribute '"
                        + attribute
                        + "''"));
    boolean granted =
        GoBool.parse(value)
            .orElseThrow(() ->
                CaRefusal.of(
                    400,
                    ErrorCode.INVALID_BOOLEAN,
                    "Failed to get boolean value of '"
                        + attribute
                        + "': 'strconv.ParseBool: parsing \""
                        + value
                        + "\": invalid syntax'"));
    if (!granted) {
      throw CaRefusal.authorization(
          ErrorCode.MISSING_ROLE,
          "Caller has a value of 'false' for attribute/role '" + attribute + "'");
    }
  }

  /// Whether an attribute is there and true.
  boolean has(String attribute) {
    return identity.attribute(attribute).flatMap(GoBool::parse).orElse(false);
  }
}
