package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// `affiliations` (fabric-ca v1.5 lib/serveraffiliations.go, lib/dbaccessor.go). Stateless.
final class AffiliationEndpoint {
  private static final int AFFILIATION_CHANGED = 3;
  private static final int MOST_BYTES = 1024;
  private static final String MISSING = "Failed to get affiliation: sql: no rows in result set";

  private AffiliationEndpoint() {}

  private static Caller caller(CaRequest request) throws CaRefusal {
    Caller caller = Authentication.byToken(request, false);
    caller.requireRole(Attribute.AFFILIATION_MANAGER);
    return caller;
  }

  static JsonNode list(CaRequest request) throws CaRefusal {
    Caller caller = caller(request);
    Ca ca = request.ca();
    List<String> names = ca.registry().affiliations(caller.identity().affiliation());
    if (names.isEmpty()) {
      throw CaRefusal.of(
          404, ErrorCode.GETTING_AFFILIATION, "No affiliations are configured on the CA");
    }
    TreeSet<String> all = new TreeSet<>();
    for (String name : names) {
      for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        all.add(name.substring(0, dot));
      }
      all.add(name);
    }
    List<String> roots = all.stream().filter(name -> name.indexOf('.') < 0).toList();
    ObjectNode result =
        roots.size() == 1
            ? tree(roots.getFirst(), all, List.of())
            : CaInfo.object().put("name", "");
    if (roots.size() > 1) {
      ArrayNode below = result.putArray("affiliations");
      roots.forEach(root -> below.add(tree(root, all, List.of())));
    }
    return result.put("caname", ca.name());
  }

  static JsonNode get(CaRequest request) throws CaRefusal {
    Caller caller = caller(request);
    Ca ca = request.ca();
    caller.requireAbove(request.variable());
    requireThere(ca, request.variable());
    return tree(request.variable(), ca, List.of());
  }

  static JsonNode add(CaRequest request) throws CaRefusal, IOException {
    Caller caller = caller(request);
    Ca ca = request.ca();
    String name = request.body().text("name");
    requireName(name);
    boolean force = request.flag("force");
    return ca.registry()
        .transact(changes -> {
          if (ca.registry().hasAffiliation(name)) {
            throw CaRefusal.of(409, ErrorCode.ADD_AFFILIATION, "Affiliation already exists");
          }
          caller.requireAbove(name);
          String parent = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : "";
          if (!force && !parent.isEmpty() && !ca.registry().hasAffiliation(parent)) {
            throw CaRefusal.of(404, ErrorCode.DATABASE_GET, MISSING);
          }
          for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            changes.add(new RegistryChange.PutAffiliation(name.substring(0, dot)));
          }
          changes.add(new RegistryChange.PutAffiliation(name));
          return CaInfo.object().put("name", name).put("caname", ca.name());
        });
  }

  private static void requireName(String name) throws CaRefusal {
    if (name.isEmpty()
        || name.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES
        || List.of(name.split("\\.", -1)).contains("")) {
      throw CaRefusal.of(
          400,
          ErrorCode.BAD_BODY,
          "Invalid request body: an affiliation's name is one to 1024 bytes, with no empty part"
              + " between its dots");
    }
  }

  static JsonNode remove(CaRequest request) throws CaRefusal, IOException {
    Caller caller = caller(request);
    Ca ca = request.ca();
    String name = request.variable();
    if (!ca.rules().affiliationsMayBeRemoved()) {
      throw refusedRemoval("Affiliation removal is disabled");
    }
    if (caller.identity().affiliation().equals(name)) {
      throw refusedRemoval(
          "Can't remove affiliation '"
              + name
              + "' because the caller is associated with this affiliation");
    }
    caller.requireAbove(name);
    boolean force = request.flag("force");
    caller.registrarRoles();
    return ca.registry()
        .transact(changes -> {
          requireThere(ca, name);
          List<CaIdentity> members = members(ca, name);
          List<String> names = ca.registry().affiliations(name);
          requireRemovable(ca, caller, members, force);
          if (names.size() > 1 && !force) {
            throw refusedRemoval(
                "Cannot delete affiliation '"
                    + name
                    + "'. The affiliation has the following sub-affiliations: "
                    + String.join(",", names)
                    + ". Need to use 'force' to remove affiliation and sub-affiliations");
          }
          List<String> ids = members.stream().map(CaIdentity::id).toList();
          ids.forEach(id -> changes.add(new RegistryChange.RemoveIdentity(id)));
          changes.addAll(IdentityEndpoint.revocations(ca, ids, AFFILIATION_CHANGED));
          JsonNode result = tree(name, ca, members);
          names.forEach(each -> changes.add(new RegistryChange.RemoveAffiliation(each)));
          return result;
        });
  }

  private static void requireRemovable(
      Ca ca, Caller caller, List<CaIdentity> members, boolean force) throws CaRefusal {
    if (members.isEmpty()) {
      return;
    }
    if (!caller.isRegistrar()) {
      throw refusedRemoval(
          "Removing affiliation affects identities, but caller is not a registrar");
    }
    if (!ca.rules().identitiesMayBeRemoved()) {
      throw refusedRemoval("Identity removal is not allowed on server");
    }
    if (!force) {
      throw refusedRemoval(
          "Cannot delete affiliation. The affiliation has the following identities associated: "
              + String.join(",", members.stream().map(CaIdentity::id).toList())
              + ". Need to use 'force' to remove identities and affiliation");
    }
  }

  private static CaRefusal refusedRemoval(String reason) {
    return CaRefusal.authorization(ErrorCode.REMOVE_AFFILIATION, reason);
  }

  static JsonNode modify(CaRequest request) throws CaRefusal, IOException {
    Caller caller = caller(request);
    Ca ca = request.ca();
    String from = request.variable();
    String to = request.body().text("name");
    requireName(to);
    caller.requireAbove(from);
    caller.requireAbove(to);
    boolean force = request.flag("force");
    caller.registrarRoles();
    return ca.registry()
        .transact(changes -> {
          requireThere(ca, from);
          if (ca.registry().hasAffiliation(to)) {
            throw CaRefusal.of(500, ErrorCode.UNKNOWN, "Affiliation '" + to + "' already exists");
          }
          List<CaIdentity> members = members(ca, from);
          if (!members.isEmpty() && !force) {
            throw CaRefusal.of(
                400,
                ErrorCode.MODIFY_AFFILIATION,
                "The request to modify affiliation '"
                    + from
                    + "' has the following identities associated: "
                    + String.join(",", members.stream().map(CaIdentity::id).toList())
                    + ". Need to use 'force' to remove identities and affiliation");
          }
          List<CaIdentity> moved = new ArrayList<>();
          for (CaIdentity member : members) {
            moved.add(member.withAffiliation(to + member.affiliation().substring(from.length())));
          }
          moved.forEach(each -> changes.add(new RegistryChange.PutIdentity(each)));
          TreeSet<String> renamed = new TreeSet<>();
          for (String name : ca.registry().affiliations(from)) {
            changes.add(new RegistryChange.RemoveAffiliation(name));
            renamed.add(to + name.substring(from.length()));
          }
          renamed.forEach(each -> changes.add(new RegistryChange.PutAffiliation(each)));
          return tree(to, renamed, moved).put("caname", ca.name());
        });
  }

  private static List<CaIdentity> members(Ca ca, String affiliation) {
    return ca.registry().identities().stream().filter(each -> each.isWithin(affiliation)).toList();
  }

  private static void requireThere(Ca ca, String name) throws CaRefusal {
    if (!ca.registry().hasAffiliation(name)) {
      throw CaRefusal.of(404, ErrorCode.DATABASE_GET, MISSING);
    }
  }

  private static ObjectNode tree(String root, Ca ca, List<CaIdentity> members) {
    return tree(root, new TreeSet<>(ca.registry().affiliations(root)), members)
        .put("caname", ca.name());
  }

  /// An affiliation with those right below it, and so on, and the identities that stand there.
  private static ObjectNode tree(String name, NavigableSet<String> all, List<CaIdentity> members) {
    ObjectNode node = CaInfo.object().put("name", name);
    ArrayNode below = CaInfo.object().arrayNode();
    String start = name + ".";
    for (String each : all.tailSet(start)) {
      if (!each.startsWith(start)) {
        break;
      }
      if (each.indexOf('.', start.length()) < 0) {
        below.add(tree(each, all, members));
      }
    }
    if (!below.isEmpty()) {
      node.set("affiliations", below);
    }
    ArrayNode identities = CaInfo.object().arrayNode();
    for (CaIdentity member : members) {
      if (member.affiliation().equals(name)) {
        identities.add(IdentityEndpoint.information(member));
      }
    }
    if (!identities.isEmpty()) {
      node.set("identities", identities);
    }
    return node;
  }
}
