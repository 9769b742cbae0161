package io.denim.ca;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which attributes a registrar may give: those that `hf.Registrar.Attributes` names, of the
/// reserved ones only what he has himself, and none that the CA sets (fabric-ca v1.5
/// lib/attr/attribute.go). Immutable.
///
/// @param subject whose attributes change; null where an identity is new
record AttributeRules(CaIdentity registrar, @Nullable CaIdentity subject) {
  private static final String RESERVED = "hf.";
  private static final Set<String> FLAGS =
      Set.of(
          Attribute.REVOKER,
          Attribute.INTERMEDIATE_CA,
          Attribute.GENERATE_CRL,
          Attribute.AFFILIATION_MANAGER);
  private static final Set<String> LISTS =
      Set.of(Attribute.ROLES, Attribute.DELEGATE_ROLES, Attribute.REGISTRAR_ATTRIBUTES);
  private static final Set<String> FIXED =
      Set.of(Attribute.ENROLLMENT_ID, Attribute.TYPE, Attribute.AFFILIATION);

  /// Why he may not; empty if he may.
  Optional<String> refusal(List<Attribute> asked) {
    for (Attribute attribute : asked) {
      Optional<String> refusal = refusal(attribute, asked);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private Optional<String> refusal(Attribute attribute, List<Attribute> asked) {
    Optional<String> granted = registrar.attribute(Attribute.REGISTRAR_ATTRIBUTES);
    if (granted.isEmpty()) {
      return Optional.of(
          "Failed to get attribute '"
              + Attribute.REGISTRAR_ATTRIBUTES
              + "': User does not have attribute '"
              + Attribute.REGISTRAR_ATTRIBUTES
              + "'");
    }
    if (granted.get().isEmpty()) {
      return Optional.of(
          "Registrar does not have any values for '"
              + Attribute.REGISTRAR_ATTRIBUTES
              + "' thus can't register any attributes");
    }
    List<String> patterns = Caller.list(granted.get());
    if (!covers(patterns, attribute.name())) {
      return notCovered(patterns);
    }
    String name = attribute.name();
    Optional<String> reason = Optional.empty();
    if (FLAGS.contains(name)) {
      reason = flagRefusal(attribute);
    } else if (LISTS.contains(name)) {
      reason = listRefusal(attribute, asked, patterns);
    } else if (FIXED.contains(name)) {
      reason = Optional.of("Cannot register fixed value attribute '" + name + "'");
    } else if (name.startsWith(RESERVED)) {
      return Optional.of(
          "Registering attribute '"
              + name
              + "' using a reserved prefix 'hf.', however this not a supported reserved attribute");
    }
    return reason.map(text -> "Registrar is not authorized to register attribute: " + text);
  }

  private static Optional<String> notOwned(String name) {
    return Optional.of(
        "Attribute '"
            + name
            + "' requires ownership but the caller does not own this attribute: User does not have"
            + " attribute '"
            + name
            + "'");
  }

  private Optional<String> flagRefusal(Attribute attribute) {
    Optional<String> own = registrar.attribute(attribute.name());
    if (own.isEmpty()) {
      return notOwned(attribute.name());
    }
    Optional<Boolean> ownFlag = GoBool.parse(own.get());
    if (ownFlag.isEmpty()) {
      return Optional.of("Failed to get boolean value of '" + own.get() + "'");
    }
    if (!ownFlag.get()) {
      return Optional.of(
          "Caller has a value of 'false' for boolean attribute '"
              + attribute.name()
              + "', can't perform any actions on this attribute");
    }
    return attribute.value().isEmpty() || GoBool.parse(attribute.value()).isPresent()
        ? Optional.empty()
        : Optional.of("Failed to get boolean value of '" + attribute.value() + "'");
  }

  private Optional<String> listRefusal(
      Attribute attribute, List<Attribute> asked, List<String> patterns) {
    String name = attribute.name();
    Optional<String> own = registrar.attribute(name);
    if (own.isEmpty()) {
      return notOwned(name);
    }
    if (attribute.value().isEmpty()) {
      return Optional.empty(); // it is to be removed
    }
    if (name.equals(Attribute.REGISTRAR_ATTRIBUTES)) {
      return grantRefusal(attribute, asked, patterns);
    }
    boolean everything = Caller.list(own.get()).contains("*");
    Optional<String> superset =
        everything ? Optional.empty() : missing(attribute.value(), own.get());
    if (superset.isPresent()) {
      return superset.map(text ->
          "The requested values for attribute '"
              + name
              + "' is a superset of the caller's attribute value: "
              + text);
    }
    return name.equals(Attribute.DELEGATE_ROLES) ? delegateRefusal(attribute, asked) : superset;
  }

  /// Whoever may give reserved attributes must have them himself.
  private Optional<String> grantRefusal(
      Attribute attribute, List<Attribute> asked, List<String> patterns) {
    for (String value : Caller.list(attribute.value())) {
      if (!covers(patterns, value)) {
        return notCovered(patterns);
      }
      boolean given = asked.stream().anyMatch(each -> each.name().equals(value));
      if (value.startsWith(RESERVED) && !given && !subjectHas(value)) {
        return Optional.of(
            "Requesting value of '"
                + value
                + "' for 'hf.Registrar.Attributes', but the identity does not possess this"
                + " attribute nor is it being registered with this attribute");
      }
    }
    return Optional.empty();
  }

  private Optional<String> delegateRefusal(Attribute delegates, List<Attribute> asked) {
    String roles = "";
    for (Attribute each : asked) {
      roles = each.name().equals(Attribute.ROLES) ? each.value() : roles;
    }
    if (roles.isEmpty() && subject != null) {
      roles = subject.attribute(Attribute.ROLES).orElse("");
    }
    return Caller.list(roles).contains("*") || missing(delegates.value(), roles).isEmpty()
        ? Optional.empty()
        : Optional.of("The delegateRoles field is a superset of roles");
  }

  private boolean subjectHas(String name) {
    return subject != null && subject.attribute(name).isPresent();
  }

  /// The first word of one list that another lacks, regardless of case.
  private static Optional<String> missing(String small, String big) {
    List<String> all =
        Caller.list(big).stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    for (String word : Caller.list(small)) {
      if (!word.isEmpty() && !all.contains(word.toLowerCase(Locale.ROOT))) {
        return Optional.of("'" + word + "' is not a member of '" + big + "'");
      }
    }
    return Optional.empty();
  }

  private static boolean covers(List<String> patterns, String name) {
    for (String pattern : patterns) {
      int end = pattern.length();
      while (end > 0 && pattern.charAt(end - 1) == '*') {
        end--;
      }
      boolean matches =
          end < pattern.length()
              ? name.startsWith(pattern.substring(0, end))
              : name.equals(pattern);
      if (matches) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> notCovered(List<String> patterns) {
    return Optional.of(
        "Attribute is not part of caller's '[" + String.join(" ", patterns) + "]' attribute list");
  }
}
