package io.denim.ca;

import com.google.protobuf.ByteString;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// One certificate authority: its key, its rules and its registry. Safe for use by any thread.
final class Ca {
  /// As many passwords are hashed at a time as there are processors.
  private static final Semaphore HASHING =
      new Semaphore(Runtime.getRuntime().availableProcessors());

  private final CaSettings settings;
  private final CertificateIssuer issuer;
  private final ByteString chain;
  private final Registry registry;
  private final InstantSource clock;

  private Ca(
      CaSettings settings,
      CertificateIssuer issuer,
      ByteString chain,
      Registry registry,
      InstantSource clock) {
    this.settings = settings;
    this.issuer = issuer;
    this.chain = chain;
    this.registry = registry;
    this.clock = clock;
  }

  /// Opens a CA whose key and certificate are there.
  ///
  /// @param registry where its settings say; whoever opened it closes it
  /// @throws IOException if its files are not usable; the message says which and why
  static Ca open(CaSettings settings, Registry registry, InstantSource clock) throws IOException {
    CaSettings.Files files = settings.files();
    CertificateIssuer issuer = issuer(files);
    ByteString chain =
        Files.exists(files.chain())
            ? ByteString.copyFrom(Files.readAllBytes(files.chain()))
            : issuer.certificate().pem();
    Ca ca = new Ca(settings, issuer, chain, registry, clock);
    try {
      ca.fill();
      return ca;
    } catch (IOException | CaRefusal e) {
      throw new IOException("CA " + settings.name() + " cannot start: " + e.getMessage(), e);
    }
  }

  /// The key and certificate of a CA.
  ///
  /// @throws IOException if they are not usable; the message says why
  static CertificateIssuer issuer(CaSettings.Files files) throws IOException {
    try {
      Certificate certificate =
          Certificate.ofPem(ByteString.copyFrom(Files.readAllBytes(files.certificate())));
      if (!certificate.isCa()) {
        throw new IOException(
            files.certificate()
                + " cannot be a CA's: Certificate not configured to be used for CA");
      }
      return CertificateIssuer.of(
          certificate, ByteString.copyFrom(Files.readAllBytes(files.key())));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(
          "Invalid certificate and/or key in files '"
              + files.certificate()
              + "' and '"
              + files.key()
              + "': "
              + e.getMessage(),
          e);
    }
  }

  /// Adds what the settings name and the registry lacks.
  private void fill() throws IOException, CaRefusal {
    List<RegistryChange> missing = new ArrayList<>();
    for (String affiliation : settings.initial().affiliations()) {
      if (!registry.hasAffiliation(affiliation)) {
        missing.add(new RegistryChange.PutAffiliation(affiliation));
      }
    }
    for (CaSettings.Newcomer each : settings.initial().identities()) {
      if (registry.identity(each.id()).isEmpty()) {
        missing.add(
            new RegistryChange.PutIdentity(
                new CaIdentity(
                    each.id(),
                    hash(each.password()),
                    each.type(),
                    each.affiliation(),
                    each.attributes(),
                    CaIdentity.Enrollments.none(maxEnrollments(each.maxEnrollments())))));
      }
    }
    registry.transact(changes -> changes.addAll(missing));
  }

  String name() {
    return settings.name();
  }

  CaSettings.Rules rules() {
    return settings.rules();
  }

  Registry registry() {
    return registry;
  }

  CertificateIssuer issuer() {
    return issuer;
  }

  Instant now() {
    return clock.instant();
  }

  /// The certificates from this CA to its root, in PEM and Base64.
  String chain() {
    return Base64.getEncoder().encodeToString(chain.toByteArray());
  }

  Optional<SigningProfile> profile(String name) {
    return Optional.ofNullable(settings.signing().get(name));
  }

  /// An identity that must be there.
  CaIdentity identity(String id) throws CaRefusal {
    return registry
        .identity(id)
        .orElseThrow(() ->
            CaRefusal.of(
                404, ErrorCode.DATABASE_GET, "Failed to get User: sql: no rows in result set"));
  }

  /// How often an identity may enroll.
  ///
  /// @param asked 0 for the CA's own limit, -1 for no limit
  int maxEnrollments(int asked) throws CaRefusal {
    int most = settings.rules().maxEnrollments();
    if (asked < -1) {
      throw invalidMax(
          "Max enrollment in registration request may not be less than -1, but was " + asked);
    }
    if (most == 0) {
      throw invalidMax("Registration is disabled");
    }
    if (asked == 0) {
      return most;
    }
    if (most > 0 && asked == -1) {
      throw invalidMax("Registration for infinite enrollments is not allowed");
    }
    if (most > 0 && asked > most) {
      throw invalidMax(
          "Requested enrollments ("
              + asked
              + ") exceeds maximum allowable enrollments ("
              + most
              + ")");
    }
    return asked;
  }

  private static CaRefusal invalidMax(String message) {
    return CaRefusal.of(400, ErrorCode.INVALID_MAX_ENROLLMENTS, message);
  }

  static PasswordHash hash(String password) {
    HASHING.acquireUninterruptibly();
    try {
      return PasswordHash.of(password);
    } finally {
      HASHING.release();
    }
  }

  static boolean matches(PasswordHash hash, String password) {
    HASHING.acquireUninterruptibly();
    try {
      return hash.matches(password);
    } finally {
      HASHING.release();
    }
  }
}
