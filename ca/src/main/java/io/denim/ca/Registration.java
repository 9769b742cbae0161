package io.denim.ca;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Makes and changes identities as far as a registrar may (fabric-ca v1.5 lib/serverregister.go,
/// lib/serveridentities.go). Stateless.
final class Registration {
  private static final String ROOT = ".";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final int SECRET_LETTERS = 16;
  private static final int MOST_NAME_BYTES = 255;
  private static final int MOST_AFFILIATION_BYTES = 1024;
  private static final int LIMIT_OF_CA = -2;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Registration() {}

  /// A new identity with the password that it enrolls with.
  record Registered(CaIdentity identity, String secret) {}

  /// Who changes an identity, and what affiliations there are.
  record Authority(Caller caller, Predicate<String> affiliations) {}

  /// Registers an identity that the body describes.
  static Registered of(String id, RequestBody body, Caller caller, Ca ca)
      throws CaRefusal, IOException {
    String type = body.text("type").isEmpty() ? caller.identity().type() : body.text("type");
    String affiliation =
        switch (body.text("affiliation")) {
          case "" -> caller.identity().affiliation();
          case ROOT -> "";
          default -> body.text("affiliation");
        };
    List<Attribute> asked = body.attributes();
    requireSize("id", id, MOST_NAME_BYTES);
    requireSize("type", type, MOST_NAME_BYTES);
    requireSize("affiliation", affiliation, MOST_AFFILIATION_BYTES);
    requireAuthority(
        id, type, affiliation, asked, new Authority(caller, ca.registry()::hasAffiliation));
    try {
      String secret = body.text("secret").isEmpty() ? secret() : body.text("secret");
      int most = ca.maxEnrollments(body.number("max_enrollments"));
      List<Attribute> attributes = new ArrayList<>(asked);
      attributes.add(Attribute.certified(Attribute.ENROLLMENT_ID, id));
      attributes.add(Attribute.certified(Attribute.TYPE, type));
      attributes.add(Attribute.certified(Attribute.AFFILIATION, affiliation));
      CaIdentity identity =
          new CaIdentity(
              id,
              Ca.hash(secret),
              type,
              affiliation,
              attributes,
              CaIdentity.Enrollments.none(most));
      ca.registry()
          .transact(changes -> {
            if (ca.registry().identity(id).isPresent()) {
              throw CaRefusal.of(
                  409, ErrorCode.DUPLICATE_IDENTITY, "Identity '" + id + "' is already registered");
            }
            changes.add(new RegistryChange.PutIdentity(identity));
            return identity;
          });
      return new Registered(identity, secret);
    } catch (CaRefusal e) {
      throw e.within("Registration of '" + id + "' failed");
    }
  }

  private static void requireAuthority(
      String id, String type, String affiliation, List<Attribute> asked, Authority authority)
      throws CaRefusal {
    String reason;
    try {
      authority.caller().requireType(type);
      authority.caller().requireAbove(affiliation);
      boolean known = affiliation.isEmpty() || authority.affiliations().test(affiliation);
      Optional<String> refusal =
          new AttributeRules(authority.caller().identity(), null).refusal(asked);
      if (known && refusal.isEmpty()) {
        return;
      }
      reason =
          known
              ? "Failed to register attribute: " + refusal.orElse("")
              : "Failed getting affiliation '" + affiliation + "'";
    } catch (CaRefusal e) {
      reason = e.reason();
    }
    throw CaRefusal.authorization(
        ErrorCode.REGISTRAR_AUTHORITY, "Registration of '" + id + "' failed: " + reason);
  }

  private static void requireSize(String field, String value, int most) throws CaRefusal {
    if (value.getBytes(StandardCharsets.UTF_8).length > most) {
      throw CaRefusal.of(
          400,
          ErrorCode.BAD_BODY,
          "Invalid request body: field " + field + " has more than " + most + " bytes");
    }
  }

  /// The identity as the body wants it.
  static CaIdentity modified(CaIdentity present, RequestBody body, Authority authority)
      throws CaRefusal {
    String affiliation = body.text("affiliation");
    String type = body.text("type");
    List<Attribute> asked = body.attributes();
    requireSize("type", type, MOST_NAME_BYTES);
    if (!affiliation.isEmpty()) {
      if (!affiliation.equals(ROOT) && !authority.affiliations().test(affiliation)) {
        throw CaRefusal.of(
            400, ErrorCode.MODIFY_IDENTITY, "Affiliation '" + affiliation + "' is not supported");
      }
      authority.caller().requireAbove(affiliation);
    }
    if (!type.isEmpty()) {
      authority.caller().requireType(type);
    }
    Optional<String> refusal =
        new AttributeRules(authority.caller().identity(), present).refusal(asked);
    if (refusal.isPresent()) {
      throw CaRefusal.authorization(
          ErrorCode.REGISTER_ATTRIBUTE_AUTHORITY,
          "Failed to register attributes: " + refusal.get());
    }
    List<Attribute> changes = new ArrayList<>(asked);
    String newAffiliation = affiliation.equals(ROOT) ? "" : affiliation;
    if (!affiliation.isEmpty()) {
      changes.add(Attribute.certified(Attribute.AFFILIATION, newAffiliation));
    }
    if (!type.isEmpty()) {
      changes.add(Attribute.certified(Attribute.TYPE, type));
    }
    CaIdentity.Enrollments so = present.enrollments();
    int most = body.number("max_enrollments");
    return new CaIdentity(
        present.id(),
        present.password(),
        type.isEmpty() ? present.type() : type,
        affiliation.isEmpty() ? present.affiliation() : newAffiliation,
        Attribute.changed(present.attributes(), changes),
        new CaIdentity.Enrollments(
            most == 0 ? so.most() : most == LIMIT_OF_CA ? 0 : most, so.done(), so.failedLogins()));
  }

  private static String secret() {
    StringBuilder secret = new StringBuilder(SECRET_LETTERS);
    for (int i = 0; i < SECRET_LETTERS; i++) {
      secret.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
    }
    return secret.toString();
  }
}
