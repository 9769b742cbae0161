package io.denim.ca;

import java.util.ArrayList;
import java.util.List;

/// Something that a CA knows about an identity.
///
/// @param certified whether enrollment certificates carry it unasked (`:ecert`)
public record Attribute(String name, String value, boolean certified) {
  static final String ROLES = "hf.Registrar.Roles";
  static final String DELEGATE_ROLES = "hf.Registrar.DelegateRoles";
  static final String REGISTRAR_ATTRIBUTES = "hf.Registrar.Attributes";
  static final String REVOKER = "hf.Revoker";
  static final String INTERMEDIATE_CA = "hf.IntermediateCA";
  static final String GENERATE_CRL = "hf.GenCRL";
  static final String AFFILIATION_MANAGER = "hf.AffiliationMgr";
  static final String ENROLLMENT_ID = "hf.EnrollmentID";
  static final String TYPE = "hf.Type";
  static final String AFFILIATION = "hf.Affiliation";

  /// One that every certificate carries.
  static Attribute certified(String name, String value) {
    return new Attribute(name, value, true);
  }

  /// Attributes after a change: a value replaces the old one, an empty value removes the attribute.
  static List<Attribute> changed(List<Attribute> present, List<Attribute> changes) {
    List<Attribute> result = new ArrayList<>(present);
    for (Attribute change : changes) {
      int at = indexOf(result, change.name());
      if (at < 0) {
        if (!change.value().isEmpty()) {
          result.add(change);
        }
      } else if (change.value().isEmpty()) {
        result.remove(at);
      } else {
        result.set(at, change);
      }
    }
    return result;
  }

  private static int indexOf(List<Attribute> attributes, String name) {
    for (int i = 0; i < attributes.size(); i++) {
      if (attributes.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
