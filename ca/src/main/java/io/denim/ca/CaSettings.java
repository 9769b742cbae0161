package io.denim.ca;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What one CA is told.
///
/// @param name by which requests ask for it
/// @param signing profiles by name; the one of the empty name is used where none is asked for
public record CaSettings(
    String name, Files files, Rules rules, Map<String, SigningProfile> signing, Contents initial) {
  private static final String ADMINISTRATOR_TYPE = "client";

  public CaSettings {
    signing = Map.copyOf(signing);
  }

  /// Where the CA finds and keeps things.
  ///
  /// @param chain the certificates from the root to this CA's issuer, if that file is there
  /// @param registry identities and what was issued
  public record Files(Path certificate, Path key, Path chain, Path registry) {}

  /// What the CA allows.
  ///
  /// @param maxEnrollments with one password; -1 for no limit, 0 for none at all
  /// @param passwordAttempts wrong ones in a row before an identity is locked; 0 for no limit
  /// @param tokensWithoutUri takes tokens of clients before v1.4 as well
  /// @param expiredMayReenroll whether an expired certificate is good for asking for the next
  /// @param listLifetime until a revocation list's next update
  public record Rules(
      int maxEnrollments,
      int passwordAttempts,
      boolean identitiesMayBeRemoved,
      boolean affiliationsMayBeRemoved,
      boolean tokensWithoutUri,
      boolean expiredMayReenroll,
      Duration listLifetime) {
    public static Rules customary() {
      return new Rules(-1, 10, false, false, false, false, Duration.ofHours(24));
    }
  }

  /// What a new registry begins with; what is there already stays as it is.
  public record Contents(List<Newcomer> identities, List<String> affiliations) {
    public Contents {
      identities = List.copyOf(identities);
      affiliations = List.copyOf(affiliations);
    }
  }

  /// An identity to begin with.
  ///
  /// @param maxEnrollments 0 for the CA's own limit
  public record Newcomer(
      String id,
      String password,
      String type,
      String affiliation,
      int maxEnrollments,
      List<Attribute> attributes) {
    public Newcomer {
      attributes = List.copyOf(attributes);
    }

    /// One who may do everything.
    public static Newcomer administrator(String id, String password) {
      return new Newcomer(
          id,
          password,
          ADMINISTRATOR_TYPE,
          "",
          0,
          List.of(
              new Attribute(Attribute.ROLES, "*", false),
              new Attribute(Attribute.DELEGATE_ROLES, "*", false),
              new Attribute(Attribute.REVOKER, "true", false),
              new Attribute(Attribute.INTERMEDIATE_CA, "true", false),
              new Attribute(Attribute.GENERATE_CRL, "true", false),
              new Attribute(Attribute.REGISTRAR_ATTRIBUTES, "*", false),
              new Attribute(Attribute.AFFILIATION_MANAGER, "true", false)));
    }
  }

  /// The profiles that a CA has where it is told nothing else.
  public static Map<String, SigningProfile> customaryProfiles() {
    return Map.of(
        "",
        SigningProfile.enrollment(),
        SigningProfile.TLS,
        SigningProfile.tls(),
        SigningProfile.CA,
        SigningProfile.intermediate());
  }
}
