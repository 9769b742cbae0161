package io.denim.ca;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.Certificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Finds out who asks: by name and password, or by a certificate and a signature over the request
/// (fabric-ca v1.5 lib/serverrequestcontext.go, util/util.go). Stateless.
final class Authentication {
  private static final String BASIC = "basic ";

  private Authentication() {}

  /// Whoever knows an identity's password, and may enroll with it once more.
  static Caller byPassword(CaRequest request) throws CaRefusal, IOException {
    String[] pair = nameAndPassword(request);
    Ca ca = request.ca();
    if (ca.rules().maxEnrollments() == 0) {
      throw CaRefusal.authentication(ErrorCode.ENROLL_DISABLED, "Enroll is disabled");
    }
    CaIdentity identity =
        ca.registry()
            .identity(pair[0])
            .orElseThrow(() ->
                CaRefusal.authentication(
                    ErrorCode.INVALID_USER,
                    "Failed to get user: Failed to get User: sql: no rows in result set"));
    int most = ca.rules().passwordAttempts();
    int failed = identity.enrollments().failedLogins();
    if (most > 0 && failed >= most) {
      throw CaRefusal.of(
          401,
          ErrorCode.PASSWORD_ATTEMPTS,
          "Incorrect password entered "
              + failed
              + " times, max incorrect password limit of "
              + most
              + " reached");
    }
    boolean right = Ca.matches(identity.password(), pair[1]);
    countLogin(ca, identity.id(), right);
    if (!right) {
      throw loginFailure("Password mismatch");
    }
    requireEnrollment(ca, identity);
    return new Caller(identity, Optional.empty());
  }

  private static String[] nameAndPassword(CaRequest request) throws CaRefusal {
    String header = requireHeader(request);
    CaRefusal none =
        CaRefusal.authentication(
            ErrorCode.NO_USER_PASSWORD, "No user/pass in authorization header");
    if (!header.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
      throw none;
    }
    try {
      String text =
          new String(
              Base64.getDecoder().decode(header.substring(BASIC.length())), StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      if (colon >= 0) {
        return new String[] {text.substring(0, colon), text.substring(colon + 1)};
      }
    } catch (IllegalArgumentException e) {
      throw none;
    }
    throw none;
  }

  private static void countLogin(Ca ca, String id, boolean right) throws CaRefusal, IOException {
    ca.registry()
        .transact(changes -> {
          Optional<CaIdentity> identity = ca.registry().identity(id);
          if (identity.isPresent()) {
            CaIdentity.Enrollments now = identity.get().enrollments();
            int failed = right ? 0 : now.failedLogins() + 1;
            if (failed != now.failedLogins()) {
              changes.add(
                  new RegistryChange.PutIdentity(
                      identity
                          .get()
                          .withEnrollments(
                              new CaIdentity.Enrollments(now.most(), now.done(), failed))));
            }
          }
          return right;
        });
  }

  /// Refuses an identity that may not enroll with its password any more.
  static void requireEnrollment(Ca ca, CaIdentity identity) throws CaRefusal {
    CaIdentity.Enrollments enrollments = identity.enrollments();
    if (enrollments.most() == 0) {
      throw loginFailure(
          "Zero is an invalid value for maximum enrollments on identity '" + identity.id() + "'");
    }
    if (identity.isRevoked()) {
      throw loginFailure("User " + identity.id() + " is revoked; access denied");
    }
    int most = enrollments.most();
    int limit = ca.rules().maxEnrollments();
    if (limit != -1 && (most > limit || most == -1)) {
      most = limit;
    }
    if (most != -1 && enrollments.done() >= most) {
      throw loginFailure(
          "The identity "
              + identity.id()
              + " has already enrolled "
              + most
              + " times, it has reached its maximum enrollment allowance");
    }
  }

  private static CaRefusal loginFailure(String reason) {
    return CaRefusal.authentication(ErrorCode.INVALID_PASSWORD, "Login failure: " + reason);
  }

  /// Whoever owns a certificate of this CA that is neither revoked nor expired.
  ///
  /// @param expiredWill whether an expired certificate will do where the CA's rules say so
  static Caller byToken(CaRequest request, boolean expiredWill) throws CaRefusal {
    String header = requireHeader(request);
    Ca ca = request.ca();
    Certificate certificate = verified(request, header, ca.rules().tokensWithoutUri());
    Certificate root = ca.issuer().certificate();
    Optional<String> untrusted = certificate.refusalBy(root);
    if (untrusted.isPresent()) {
      throw CaRefusal.authentication(
          ErrorCode.UNTRUSTED_CERTIFICATE,
          "Untrusted certificate: Failed to verify certificate: " + untrusted.get());
    }
    boolean early = ca.now().isBefore(certificate.notBefore());
    boolean late =
        ca.now().isAfter(certificate.notAfter())
            && !(expiredWill && ca.rules().expiredMayReenroll());
    if (early || late) {
      throw CaRefusal.authentication(
          ErrorCode.UNTRUSTED_CERTIFICATE,
          "Untrusted certificate: Failed to verify certificate: x509: certificate has expired or"
              + " is not yet valid");
    }
    IssuedCertificate.Key key = IssuedCertificate.keyOf(certificate);
    IssuedCertificate issued =
        ca.registry()
            .certificate(key)
            .orElseThrow(() ->
                CaRefusal.authentication(
                    ErrorCode.CERTIFICATE_NOT_FOUND,
                    "Certificate not found with AKI '"
                        + key.authorityKeyId()
                        + "' and serial '"
                        + key.serial()
                        + "'"));
    if (issued.isRevoked()) {
      throw CaRefusal.authentication(
          ErrorCode.CERTIFICATE_REVOKED,
          "The certificate in the authorization header is a revoked certificate");
    }
    CaIdentity identity =
        ca.registry()
            .identity(certificate.commonName())
            .orElseThrow(
                () -> CaRefusal.authentication(ErrorCode.GETTING_USER, "Failed to get user"));
    return new Caller(identity, Optional.of(certificate));
  }

  private static String requireHeader(CaRequest request) throws CaRefusal {
    String header = request.wire().authorization();
    if (header.isEmpty()) {
      throw CaRefusal.of(401, ErrorCode.NO_AUTHORIZATION_HEADER, "No authorization header");
    }
    return header;
  }

  /// The certificate of a token, once its signature over the request is found good.
  private static Certificate verified(CaRequest request, String token, boolean withoutUri)
      throws CaRefusal {
    List<String> parts = List.of(token.split("\\.", -1));
    if (parts.size() != 2) {
      throw invalidToken("Invalid token format; expecting 2 parts separated by '.'");
    }
    Certificate certificate;
    ByteString signature;
    try {
      certificate = Certificate.ofPem(decoded(parts.getFirst()));
      signature = decoded(parts.getLast());
    } catch (IllegalArgumentException e) {
      throw invalidToken("" + e.getMessage());
    }
    CaRequest.Wire wire = request.wire();
    String body = encoded(wire.body());
    String signed =
        String.join(
            ".",
            wire.method(),
            encoded(ByteString.copyFromUtf8(wire.uri())),
            body,
            parts.getFirst());
    boolean good = certificate.verifies(ByteString.copyFromUtf8(signed), signature);
    if (!good && withoutUri) {
      String older = body + "." + parts.getFirst();
      good = certificate.verifies(ByteString.copyFromUtf8(older), signature);
    }
    if (!good) {
      throw invalidToken("Token signature validation failed");
    }
    return certificate;
  }

  private static CaRefusal invalidToken(String reason) {
    return CaRefusal.authentication(
        ErrorCode.INVALID_TOKEN, "Invalid token in authorization header: " + reason);
  }

  private static ByteString decoded(String base64) {
    return UnsafeByteOperations.unsafeWrap(Base64.getDecoder().decode(base64));
  }

  private static String encoded(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
