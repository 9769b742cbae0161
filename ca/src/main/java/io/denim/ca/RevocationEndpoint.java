package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.denim.identity.CertificateIssuer;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `revoke` and `gencrl` (fabric-ca v1.5 lib/serverrevoke.go, lib/servergencrl.go). Stateless.
final class RevocationEndpoint {
  private static final Map<String, Integer> REASONS =
      Map.of(
          "unspecified", 0,
          "keycompromise", 1,
          "cacompromise", 2,
          "affiliationchanged", 3,
          "superseded", 4,
          "cessationofoperation", 5,
          "certificatehold", 6,
          "removefromcrl", 8,
          "privilegewithdrawn", 9,
          "aacompromise", 10);

  private RevocationEndpoint() {}

  static JsonNode revoke(CaRequest request) throws CaRefusal, IOException {
    RequestBody body = request.body();
    Caller caller = Authentication.byToken(request, false);
    Ca ca = request.ca();
    String id = body.text("id");
    int reason = REASONS.getOrDefault(body.text("reason"), 0);
    IssuedCertificate.Key key = IssuedCertificate.Key.of(body.text("serial"), body.text("aki"));
    List<IssuedCertificate> revoked;
    if (!key.serial().isEmpty() && !key.authorityKeyId().isEmpty()) {
      revoked = List.of(one(ca, caller, key, id, reason));
    } else if (!id.isEmpty()) {
      revoked = allOf(ca, caller, id, reason);
    } else {
      throw CaRefusal.of(
          400,
          ErrorCode.MISSING_REVOKE_ARGUMENTS,
          "Either Name or Serial and AKI are required for a revoke request");
    }
    ObjectNode result = CaInfo.object();
    ArrayNode list = result.putArray("RevokedCerts");
    for (IssuedCertificate each : revoked) {
      list.addObject().put("Serial", each.key().serial()).put("AKI", each.key().authorityKeyId());
    }
    boolean wantsList = body.flag("gencrl") && !revoked.isEmpty();
    return result.put("CRL", wantsList ? list(ca, Selection.ALL) : "");
  }

  private static IssuedCertificate one(
      Ca ca, Caller caller, IssuedCertificate.Key key, String owner, int reason)
      throws CaRefusal, IOException {
    String which = "Certificate with serial " + key.serial() + " and AKI " + key.authorityKeyId();
    return ca.registry()
        .transact(changes -> {
          IssuedCertificate found =
              ca.registry()
                  .certificate(key)
                  .orElseThrow(() ->
                      CaRefusal.of(
                          404,
                          ErrorCode.REVOKED_CERTIFICATE_NOT_FOUND,
                          which
                              + " was not found: Failed to get Certificate: sql: no rows in result"
                              + " set"));
          requireRevoker(caller, found.id());
          if (found.isRevoked()) {
            throw CaRefusal.of(404, ErrorCode.ALREADY_REVOKED, which + " was already revoked");
          }
          if (!owner.isEmpty() && !owner.equals(found.id())) {
            throw CaRefusal.of(
                400, ErrorCode.CERTIFICATE_WRONG_OWNER, which + " is not owned by " + owner);
          }
          CaIdentity identity = identity(ca, found.id());
          boolean own =
              caller.certificate().map(IssuedCertificate::keyOf).filter(key::equals).isPresent();
          if (!own) {
            caller.requireManagementOf(identity);
          }
          changes.add(new RegistryChange.PutCertificate(found.revoked(seconds(ca), reason)));
          return found;
        });
  }

  private static List<IssuedCertificate> allOf(Ca ca, Caller caller, String id, int reason)
      throws CaRefusal, IOException {
    requireRevoker(caller, id);
    return ca.registry()
        .transact(changes -> {
          CaIdentity identity = identity(ca, id);
          if (!caller.identity().id().equals(id)) {
            caller.requireManagementOf(identity);
          }
          CaIdentity.Enrollments so = identity.enrollments();
          changes.add(
              new RegistryChange.PutIdentity(
                  identity.withEnrollments(
                      new CaIdentity.Enrollments(
                          so.most(), CaIdentity.Enrollments.REVOKED, so.failedLogins()))));
          List<IssuedCertificate> revoked = new ArrayList<>();
          for (IssuedCertificate each : ca.registry().certificates()) {
            if (each.id().equals(id) && !each.isRevoked()) {
              changes.add(new RegistryChange.PutCertificate(each.revoked(seconds(ca), reason)));
              revoked.add(each);
            }
          }
          return revoked;
        });
  }

  private static void requireRevoker(Caller caller, String owner) throws CaRefusal {
    if (!caller.identity().id().equals(owner) && !caller.has(Attribute.REVOKER)) {
      throw CaRefusal.authorization(
          ErrorCode.NOT_REVOKER, "Caller does not have authority to revoke");
    }
  }

  private static CaIdentity identity(Ca ca, String id) throws CaRefusal {
    return ca.registry()
        .identity(id)
        .orElseThrow(() ->
            CaRefusal.of(
                404,
                ErrorCode.REVOKED_IDENTITY_NOT_FOUND,
                "Identity "
                    + id
                    + " was not found: Failed to get User: sql: no rows in result set"));
  }

  static JsonNode revocationList(CaRequest request) throws CaRefusal {
    RequestBody body = request.body();
    Caller caller = Authentication.byToken(request, false);
    Ca ca = request.ca();
    if (!caller.has(Attribute.GENERATE_CRL)) {
      throw CaRefusal.authorization(
          ErrorCode.NO_REVOCATION_LIST_AUTHORITY,
          "The identity '"
              + caller.identity().id()
              + "' does not have authority to generate a CRL");
    }
    Selection selection =
        new Selection(
            body.time("revokedafter"),
            body.time("revokedbefore"),
            body.time("expireafter"),
            body.time("expirebefore"));
    selection.check();
    return CaInfo.object().put("CRL", list(ca, selection));
  }

  /// Which revoked certificates a list holds; an absent bound is none.
  private record Selection(
      Optional<Instant> revokedAfter,
      Optional<Instant> revokedBefore,
      Optional<Instant> expireAfter,
      Optional<Instant> expireBefore) {
    static final Selection ALL =
        new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    void check() throws CaRefusal {
      if (isWrong(revokedAfter, revokedBefore)) {
        throw CaRefusal.of(
            400,
            ErrorCode.INVALID_REVOKED_AFTER,
            "Invalid 'revokedafter' value. It must not be a timestamp greater than"
                + " 'revokedbefore'");
      }
      if (isWrong(expireAfter, expireBefore)) {
        throw CaRefusal.of(
            400,
            ErrorCode.INVALID_EXPIRED_AFTER,
            "Invalid 'expireafter' value. It must not be a timestamp greater than 'expirebefore'");
      }
    }

    private static boolean isWrong(Optional<Instant> after, Optional<Instant> before) {
      return after.isPresent() && before.isPresent() && after.get().isAfter(before.get());
    }

    boolean takes(Instant revoked, Instant expires) {
      return revokedAfter.map(revoked::isAfter).orElse(true)
          && revokedBefore.map(revoked::isBefore).orElse(true)
          && expireAfter.map(expires::isAfter).orElse(true)
          && expireBefore.map(expires::isBefore).orElse(true);
    }
  }

  private static String list(Ca ca, Selection selection) {
    List<CertificateIssuer.Revoked> revoked = new ArrayList<>();
    for (IssuedCertificate each : ca.registry().certificates()) {
      each.revocation()
          .filter(revocation -> selection.takes(revocation.time(), each.notAfter()))
          .ifPresent(revocation ->
              revoked.add(
                  new CertificateIssuer.Revoked(
                      new BigInteger(each.key().serial(), 16), revocation.time())));
    }
    Instant now = seconds(ca);
    return Base64.getEncoder()
        .encodeToString(
            ca.issuer()
                .revocationList(revoked, now, now.plus(ca.rules().listLifetime()))
                .toByteArray());
  }

  private static Instant seconds(Ca ca) {
    return Instant.ofEpochSecond(ca.now().getEpochSecond());
  }
}
