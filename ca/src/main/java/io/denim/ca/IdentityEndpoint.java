package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// `register` and `identities` (fabric-ca v1.5 lib/serverregister.go, lib/serveridentities.go).
/// Stateless.
final class IdentityEndpoint {
  private static final int CESSATION_OF_OPERATION = 5;

  private IdentityEndpoint() {}

  static JsonNode register(CaRequest request) throws CaRefusal, IOException {
    RequestBody body = request.body();
    Caller caller = Authentication.byToken(request, false);
    Registration.Registered registered =
        Registration.of(body.text("id"), body, caller, request.ca());
    location(request, registered);
    return CaInfo.object().put("secret", registered.secret());
  }

  static JsonNode add(CaRequest request) throws CaRefusal, IOException {
    Caller caller = Authentication.byToken(request, false);
    RequestBody body = request.body();
    String id = body.text("id");
    if (id.isEmpty()) {
      throw CaRefusal.of(
          400, ErrorCode.ADD_IDENTITY, "Missing 'ID' in request to add a new identity");
    }
    try {
      Registration.Registered registered = Registration.of(id, body, caller, request.ca());
      location(request, registered);
      return response(registered.identity(), registered.secret(), request.ca());
    } catch (CaRefusal e) {
      throw e.within("Failed to add identity '" + id + "'");
    }
  }

  private static void location(CaRequest request, Registration.Registered registered) {
    request.made(
        "/api/v1/identities/"
            + URLEncoder.encode(registered.identity().id(), StandardCharsets.UTF_8)
                .replace("+", "%20"));
  }

  /// All identities that the caller may manage.
  static JsonNode list(CaRequest request) throws CaRefusal {
    Caller caller = Authentication.byToken(request, false);
    String roles = caller.registrarRoles();
    if (roles.isEmpty()) {
      throw CaRefusal.authorization(ErrorCode.GETTING_USER, "Caller is not a registrar");
    }
    List<String> types = Caller.list(roles);
    ObjectNode result = CaInfo.object();
    ArrayNode identities = result.putArray("identities");
    for (CaIdentity each : request.ca().registry().identities()) {
      if (each.isWithin(caller.identity().affiliation())
          && (types.contains("*") || types.contains(each.type()))) {
        identities.add(information(each));
      }
    }
    return result.put("caname", request.ca().name());
  }

  static JsonNode get(CaRequest request) throws CaRefusal {
    Caller caller = Authentication.byToken(request, false);
    CaIdentity identity = request.ca().identity(request.variable());
    caller.requireManagementOf(identity);
    return information(identity).put("caname", request.ca().name());
  }

  static JsonNode modify(CaRequest request) throws CaRefusal, IOException {
    Caller caller = Authentication.byToken(request, false);
    Ca ca = request.ca();
    String id = request.variable();
    caller.requireManagementOf(ca.identity(id));
    RequestBody body = request.body();
    String secret = body.text("secret");
    PasswordHash password = secret.isEmpty() ? null : Ca.hash(secret);
    CaIdentity modified =
        ca.registry()
            .transact(changes -> {
              CaIdentity present = ca.identity(id);
              caller.requireManagementOf(present);
              CaIdentity next =
                  Registration.modified(
                      present,
                      body,
                      new Registration.Authority(caller, ca.registry()::hasAffiliation));
              if (password != null) {
                CaIdentity.Enrollments so = next.enrollments();
                next =
                    new CaIdentity(
                        next.id(),
                        password,
                        next.type(),
                        next.affiliation(),
                        next.attributes(),
                        new CaIdentity.Enrollments(so.most(), so.done(), 0));
              }
              changes.add(new RegistryChange.PutIdentity(next));
              return next;
            });
    return response(modified, secret, ca);
  }

  static JsonNode remove(CaRequest request) throws CaRefusal, IOException {
    Caller caller = Authentication.byToken(request, false);
    Ca ca = request.ca();
    if (!ca.rules().identitiesMayBeRemoved()) {
      throw CaRefusal.of(403, ErrorCode.REMOVE_IDENTITY, "Identity removal is disabled");
    }
    String id = request.variable();
    if (id.equals(caller.identity().id()) && !request.flag("force")) {
      throw CaRefusal.of(
          403, ErrorCode.REMOVE_IDENTITY, "Need to use 'force' option to delete your own identity");
    }
    CaIdentity removed =
        ca.registry()
            .transact(changes -> {
              CaIdentity present = ca.identity(id);
              caller.requireManagementOf(present);
              changes.add(new RegistryChange.RemoveIdentity(id));
              changes.addAll(revocations(ca, List.of(id), CESSATION_OF_OPERATION));
              return present;
            });
    return response(removed, "", ca);
  }

  /// The revocation of all certificates that identities have.
  static List<RegistryChange> revocations(Ca ca, List<String> ids, int reason) {
    Instant now = Instant.ofEpochSecond(ca.now().getEpochSecond());
    List<RegistryChange> changes = new ArrayList<>();
    for (IssuedCertificate each : ca.registry().certificates()) {
      if (ids.contains(each.id()) && !each.isRevoked()) {
        changes.add(new RegistryChange.PutCertificate(each.revoked(now, reason)));
      }
    }
    return changes;
  }

  static ObjectNode information(CaIdentity identity) {
    ObjectNode node = CaInfo.object();
    node.put("id", identity.id());
    node.put("type", identity.type());
    node.put("affiliation", identity.affiliation());
    node.set("attrs", attributes(identity));
    node.put("max_enrollments", identity.enrollments().most());
    return node;
  }

  private static ObjectNode response(CaIdentity identity, String secret, Ca ca) {
    ObjectNode node = information(identity);
    if (!secret.isEmpty()) {
      node.put("secret", secret);
    }
    return node.put("caname", ca.name());
  }

  private static ArrayNode attributes(CaIdentity identity) {
    ArrayNode attributes = CaInfo.object().arrayNode();
    for (Attribute attribute : identity.attributes()) {
      ObjectNode node =
          attributes.addObject().put("name", attribute.name()).put("value", attribute.value());
      if (attribute.certified()) {
        node.put("ecert", true);
      }
    }
    return attributes;
  }
}
