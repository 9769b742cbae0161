package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.DocumentSource;
import io.denim.ledger.json.Find;
import io.denim.ledger.json.IndexDefinition;
import io.denim.ledger.json.IndexKeys;
import io.denim.ledger.json.IndexRange;
import io.denim.ledger.json.Json;
import io.denim.ledger.json.JsonException;
import io.denim.ledger.json.JsonParser;
import io.denim.ledger.json.JsonText;
import io.denim.ledger.json.QueryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// As much of a CouchDB server as a peer uses, in memory. Requests are answered one at a time.
final class CouchProtocolServer implements AutoCloseable {
  private final HttpServer http;
  private final Map<String, Database> databases = new TreeMap<>();
  private int failures;

  private static final class Database {
    final Map<String, Json.Obj> documents = new TreeMap<>();
    final Map<String, Integer> deleted = new TreeMap<>();
    final List<IndexDefinition> indexes = new ArrayList<>();
  }

  private record Answer(int status, Json body) {
    static Answer ok(Json body) {
      return new Answer(200, body);
    }

    static Answer error(int status, String error, String reason) {
      return new Answer(
          status,
          Json.Obj.of(Map.of("error", new Json.Text(error), "reason", new Json.Text(reason))));
    }
  }

  CouchProtocolServer(int port) throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", this::handle);
    http.start();
  }

  int port() {
    return http.getAddress().getPort();
  }

  synchronized List<String> names() {
    return List.copyOf(databases.keySet());
  }

  synchronized Map<String, Json.Obj> documents(String database) {
    return Map.copyOf(databases.get(database).documents);
  }

  synchronized List<IndexDefinition> indexes(String database) {
    return List.copyOf(databases.get(database).indexes);
  }

  synchronized void wipe() {
    databases.clear();
  }

  /// Has the next requests fail.
  synchronized void fail(int requests) {
    failures = requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      ByteString body = ByteString.readFrom(exchange.getRequestBody());
      List<String> path = new ArrayList<>();
      for (String part : exchange.getRequestURI().getRawPath().substring(1).split("/", -1)) {
        path.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
      }
      Answer answer;
      try {
        Json json = body.isEmpty() ? Json.NULL : JsonParser.parseFirst(body);
        answer = answer(exchange.getRequestMethod(), path, json);
      } catch (JsonException e) {
        answer = Answer.error(400, "bad_request", "invalid UTF-8 JSON");
      }
      byte[] bytes = JsonText.bytes(answer.body()).toByteArray();
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private synchronized Answer answer(String method, List<String> path, Json body) {
    if (failures > 0) {
      failures--;
      return Answer.error(500, "internal_server_error", "told to fail");
    }
    String name = path.getFirst();
    if (name.isEmpty()) {
      return Answer.ok(
          Json.Obj.of(
              Map.of("couchdb", new Json.Text("Welcome"), "version", new Json.Text("3.4.2"))));
    }
    if (path.size() == 1) {
      return database(method, name);
    }
    Database database = databases.get(name);
    if (database == null) {
      return Answer.error(404, "not_found", "Database does not exist.");
    }
    return switch (path.get(1)) {
      case "_security", "_design" -> Answer.ok(Json.Obj.of(Map.of("ok", Json.TRUE)));
      case "_all_docs" -> allDocuments(database, (Json.Obj) body);
      case "_bulk_docs" -> bulk(database, (Json.Obj) body);
      case "_index" -> index(database, body);
      case "_find" -> find(database, (Json.Obj) body);
      default -> {
        Json.Obj found = database.documents.get(path.get(1));
        yield found == null ? Answer.error(404, "not_found", "missing") : Answer.ok(found);
      }
    };
  }

  private Answer database(String method, String name) {
    boolean there = databases.containsKey(name);
    switch (method) {
      case "PUT" -> {
        if (there) {
          return Answer.error(412, "file_exists", "The database already exists.");
        }
        databases.put(name, new Database());
      }
      case "DELETE" -> databases.remove(name);
      default -> {}
    }
    return there || method.equals("PUT")
        ? Answer.ok(Json.Obj.of(Map.of("ok", Json.TRUE)))
        : Answer.error(404, "not_found", "missing");
  }

  private static Answer allDocuments(Database database, Json.Obj body) {
    List<Json> rows = new ArrayList<>();
    for (Json key : ((Json.Array) body.members().get("keys")).values()) {
      Json.Obj found = database.documents.get(((Json.Text) key).value());
      rows.add(
          found == null
              ? Json.Obj.of(Map.of("key", key, "error", new Json.Text("not_found")))
              : Json.Obj.of(
                  Map.of(
                      "id", key,
                      "key", key,
                      "value", Json.Obj.of(Map.of("rev", found.members().get("_rev"))))));
    }
    return Answer.ok(Json.Obj.of(Map.of("rows", new Json.Array(rows))));
  }

  private static Answer bulk(Database database, Json.Obj body) {
    List<Json> rows = new ArrayList<>();
    for (Json each : ((Json.Array) body.members().get("docs")).values()) {
      Json.Obj document = (Json.Obj) each;
      Json id = document.members().get("_id");
      String key = ((Json.Text) id).value();
      Json.Obj present = database.documents.get(key);
      Json expected = present == null ? null : present.members().get("_rev");
      if (expected != null && !expected.equals(document.members().get("_rev"))) {
        rows.add(
            Json.Obj.of(
                Map.of(
                    "id", id,
                    "error", new Json.Text("conflict"),
                    "reason", new Json.Text("Document update conflict."))));
        continue;
      }
      int generation = database.deleted.merge(key, 1, Integer::sum);
      Json revision = new Json.Text(generation + "-" + Integer.toHexString(document.hashCode()));
      if (document.members().containsKey("_deleted")) {
        database.documents.remove(key);
      } else {
        database.documents.put(key, document.with("_rev", revision));
      }
      rows.add(Json.Obj.of(Map.of("id", id, "ok", Json.TRUE, "rev", revision)));
    }
    return new Answer(201, new Json.Array(rows));
  }

  private static Answer index(Database database, Json body) {
    try {
      IndexDefinition definition = IndexDefinition.parse(JsonText.bytes(body));
      database.indexes.removeIf(each -> each.compareTo(definition) == 0);
      database.indexes.add(definition);
      return Answer.ok(Json.Obj.of(Map.of("result", new Json.Text("created"))));
    } catch (QueryException e) {
      return Answer.error(e.status(), e.error(), e.getMessage());
    } catch (JsonException e) {
      return Answer.error(400, "bad_request", e.getMessage());
    }
  }

  private static Answer find(Database database, Json.Obj body) {
    try {
      Find.Found found = Find.run(body, new Documents(database), Duration.ofMinutes(1));
      List<Json> documents = new ArrayList<>();
      found.documents().forEach(document -> documents.add(document.body()));
      return Answer.ok(
          Json.Obj.of(
              Map.of(
                  "docs", new Json.Array(documents),
                  "bookmark", new Json.Text(found.bookmark()),
                  "warning", new Json.Text("a warning"))));
    } catch (QueryException e) {
      return Answer.error(e.status(), e.error(), e.getMessage());
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }

  /// Sorts what is asked for anew each time.
  private record Documents(Database database) implements DocumentSource {
    @Override
    public List<IndexDefinition> indexes() {
      return database.indexes;
    }

    @Override
    public Cursor documents(@Nullable String from, @Nullable String to, boolean descending) {
      SortedMap<ByteString, Document> sorted =
          new TreeMap<>(ByteString.unsignedLexicographicalComparator());
      database.documents.forEach((id, body) -> {
        ByteString key = ByteString.copyFromUtf8(id);
        Comparator<ByteString> order = ByteString.unsignedLexicographicalComparator();
        boolean after = from == null || order.compare(key, ByteString.copyFromUtf8(from)) >= 0;
        boolean before = to == null || order.compare(key, ByteString.copyFromUtf8(to)) <= 0;
        if (after && before) {
          sorted.put(key, new Document(id, body, null));
        }
      });
      return cursor(new ArrayList<>(sorted.values()), descending);
    }

    @Override
    public Cursor indexed(IndexDefinition index, IndexRange range) {
      SortedMap<ByteString, Document> sorted =
          new TreeMap<>(ByteString.unsignedLexicographicalComparator());
      try {
        IndexKeys keys = new IndexKeys(index);
        database.documents.forEach((id, body) -> {
          Document document = new Document(id, body, null);
          ByteString position = keys.of(document);
          if (position != null) {
            sorted.put(position, document);
          }
        });
      } catch (QueryException e) {
        throw new IllegalStateException(e);
      }
      ByteString to = range.to();
      SortedMap<ByteString, Document> part = sorted.tailMap(range.from());
      return cursor(
          new ArrayList<>((to == null ? part : part.headMap(to)).values()), range.descending());
    }

    private static Cursor cursor(List<Document> documents, boolean descending) {
      if (descending) {
        Collections.reverse(documents);
      }
      Iterator<Document> iterator = documents.iterator();
      return new Cursor() {
        @Override
        public @Nullable Document next() {
          return iterator.hasNext() ? iterator.next() : null;
        }

        @Override
        public void close() {}
      };
    }
  }
}
