package io.denim.ca;

import java.util.List;
import java.util.Optional;

/// Somebody or something that the CA issues certificates to. Immutable.
///
/// @param type such as `client` or `peer`, which becomes an organizational unit
/// @param affiliation dotted, such as `org1.department1`; empty for the root
record CaIdentity(
    String id,
    PasswordHash password,
    String type,
    String affiliation,
    List<Attribute> attributes,
    Enrollments enrollments) {
  CaIdentity {
    attributes = List.copyOf(attributes);
  }

  /// How often an identity has enrolled.
  ///
  /// @param most how often it may with its password; -1 for no limit
  /// @param done how often it has; -1 where the identity is revoked
  /// @param failedLogins wrong passwords since the last right one
  record Enrollments(int most, int done, int failedLogins) {
    static final int REVOKED = -1;

    static Enrollments none(int most) {
      return new Enrollments(most, 0, 0);
    }
  }

  boolean isRevoked() {
    return enrollments.done() == Enrollments.REVOKED;
  }

  Optional<String> attribute(String name) {
    for (Attribute attribute : attributes) {
      if (attribute.name().equals(name)) {
        return Optional.of(attribute.value());
      }
    }
    return Optional.empty();
  }

  /// Whether it stands at an affiliation or below it.
  boolean isWithin(String above) {
    return above.isEmpty() || affiliation.equals(above) || affiliation.startsWith(above + ".");
  }

  CaIdentity withEnrollments(Enrollments other) {
    return new CaIdentity(id, password, type, affiliation, attributes, other);
  }

  CaIdentity withAffiliation(String other) {
    List<Attribute> changed =
        Attribute.changed(attributes, List.of(new Attribute(Attribute.AFFILIATION, other, false)));
    return new CaIdentity(id, password, type, other, changed, enrollments);
  }
}
