package io.denim.ledger.couch;

import io.denim.ledger.json.Document;
import io.denim.ledger.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database of a CouchDB server. Safe for use by any thread, but one thread at a time writes a
/// document.
public final class CouchDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(CouchDatabase.class);
  private static final String REVISION = "_rev";
  private static final String DELETED = "_deleted";
  private static final int NOT_FOUND = 404;
  private static final int WRITE_ATTEMPTS = 4;

  private final CouchServer server;
  private final String name;

  private CouchDatabase(CouchServer server, String name) {
    this.server = server;
    this.name = name;
  }

  /// Makes the database unless it is there, for the configured user alone.
  public static CouchDatabase make(CouchServer server, String name) throws CouchException {
    server.makeDatabase(name);
    CouchSettings.Login login = server.settings().login();
    if (login.isGiven()) {
      Json names =
          Json.Obj.of(
              Map.of(
                  "names", new Json.Array(List.of(new Json.Text(login.username()))),
                  "roles", new Json.Array(List.of())));
      server.request(
          "PUT",
          List.of(name, "_security"),
          "",
          Json.Obj.of(Map.of("admins", names, "members", names)));
    }
    return new CouchDatabase(server, name);
  }

  public String name() {
    return name;
  }

  /// Deletes the database with all that is in it.
  public void drop() throws CouchException {
    try {
      server.request("DELETE", List.of(name), "", null);
    } catch (CouchException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
    }
  }

  /// A document with its attachments; empty where there is none.
  public Json.Obj read(String id) throws CouchException {
    try {
      Json found = server.request("GET", List.of(name, id), "attachments=true", null);
      return found instanceof Json.Obj object ? object : Json.Obj.of(Map.of());
    } catch (CouchException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
      return Json.Obj.of(Map.of());
    }
  }

  /// Writes documents over whatever is there; a document whose `_deleted` is true is deleted. A
  /// conflict, such as an earlier attempt leaves that was taken for failed, is solved by writing
  /// again.
  ///
  /// @throws CouchException if one cannot be written
  public void write(List<Json.Obj> documents) throws CouchException {
    int size = server.settings().batchSize();
    for (int i = 0; i < documents.size(); i += size) {
      List<Json.Obj> left = documents.subList(i, Math.min(documents.size(), i + size));
      for (int attempt = 1; !left.isEmpty(); attempt++) {
        left = writeOnce(left, attempt == WRITE_ATTEMPTS);
      }
    }
  }

  /// @return those that must be written again
  private List<Json.Obj> writeOnce(List<Json.Obj> documents, boolean last) throws CouchException {
    Map<String, String> revisions = revisions(documents);
    Map<String, Json.Obj> sent = new HashMap<>();
    List<Json> bodies = new ArrayList<>(documents.size());
    for (Json.Obj document : documents) {
      String id = id(document);
      String revision = revisions.get(id);
      boolean deletion = document.members().containsKey(DELETED);
      if (revision != null || !deletion) {
        sent.put(id, document);
        bodies.add(revision == null ? document : document.with(REVISION, new Json.Text(revision)));
      }
    }
    if (bodies.isEmpty()) {
      return List.of();
    }
    Json answer =
        server.request(
            "POST",
            List.of(name, "_bulk_docs"),
            "",
            Json.Obj.of(Map.of("docs", new Json.Array(bodies))));
    List<Json.Obj> again = new ArrayList<>();
    for (Json row : array(answer)) {
      String error = CouchServer.member(row, "error");
      if (!error.isEmpty()) {
        String id = CouchServer.member(row, "id");
        if (last || !sent.containsKey(id)) {
          throw new CouchException(
              0, error, "document " + id + ": " + CouchServer.member(row, "reason"));
        }
        again.add(sent.get(id));
      }
    }
    return again;
  }

  private Map<String, String> revisions(List<Json.Obj> documents) throws CouchException {
    List<Json> ids = new ArrayList<>(documents.size());
    documents.forEach(document -> ids.add(new Json.Text(id(document))));
    Json answer =
        server.request(
            "POST",
            List.of(name, "_all_docs"),
            "",
            Json.Obj.of(Map.of("keys", new Json.Array(ids))));
    Map<String, String> revisions = new HashMap<>();
    for (Json row : member(answer, "rows")) {
      if (row instanceof Json.Obj object
          && object.members().get("value") instanceof Json.Obj value
          && !value.members().containsKey("deleted")) {
        revisions.put(CouchServer.member(row, "id"), CouchServer.member(value, "rev"));
      }
    }
    return revisions;
  }

  private static String id(Json.Obj document) {
    return CouchServer.member(document, Document.ID);
  }

  /// What `_find` answers.
  public record Found(List<Json.Obj> documents, String bookmark) {
    public Found {
      documents = List.copyOf(documents);
    }
  }

  /// Finds documents; what the server warns of is told in the log.
  public Found find(Json.Obj request) throws CouchException {
    Json answer = server.request("POST", List.of(name, "_find"), "", request);
    String warning = CouchServer.member(answer, "warning");
    if (!warning.isEmpty()) {
      LOG.debug("[{}] a query caused the following warning: [{}]", name, warning);
    }
    List<Json.Obj> documents = new ArrayList<>();
    for (Json document : member(answer, "docs")) {
      if (document instanceof Json.Obj object) {
        documents.add(object);
      }
    }
    return new Found(documents, CouchServer.member(answer, "bookmark"));
  }

  /// Makes an index, or keeps it if it is there.
  public void makeIndex(Json.Obj definition) throws CouchException {
    server.request("POST", List.of(name, "_index"), "", definition);
  }

  /// Has the server bring an index up to the documents, which a query would wait for.
  ///
  /// @param designDocument with `_design/` before it
  public void warm(String designDocument, String index) throws CouchException {
    server.request(
        "GET",
        List.of(
            name,
            "_design",
            designDocument.substring(designDocument.indexOf('/') + 1),
            "_view",
            index),
        "stale=update_after&limit=0",
        null);
  }

  private static List<Json> array(Json json) {
    return json instanceof Json.Array array ? array.values() : List.of();
  }

  private static List<Json> member(Json json, String name) {
    return json instanceof Json.Obj object
        ? array(object.members().getOrDefault(name, Json.NULL))
        : List.of();
  }
}
