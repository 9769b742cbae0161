package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request to CouchDB's `_find` (couchdb src/mango/src/mango_opts.erl).
///
/// @param useIndex design document and maybe name of the index to use; empty: any
/// @param fields which fields results have; absent: all
/// @param allowFallback whether another index may be used than asked for
public record FindQuery(
    Condition selector,
    List<String> useIndex,
    @Nullable Bookmark bookmark,
    Paging paging,
    List<SortField> sort,
    @Nullable List<FieldPath> fields,
    boolean allowFallback) {
  private static final int DEFAULT_LIMIT = 25;
  private static final Set<String> KEYS =
      Set.of(
          "selector",
          "use_index",
          "bookmark",
          "limit",
          "skip",
          "sort",
          "fields",
          "partition",
          "r",
          "conflicts",
          "stale",
          "update",
          "stable",
          "execution_stats",
          "allow_fallback");

  public FindQuery {
    useIndex = List.copyOf(useIndex);
    sort = List.copyOf(sort);
    fields = fields == null ? null : List.copyOf(fields);
  }

  /// @param limit how many results at the most
  /// @param skip how many to leave out first
  public record Paging(int limit, int skip) {}

  static FindQuery parse(Json.Obj request) throws QueryException {
    for (String key : request.members().keySet()) {
      if (!KEYS.contains(key)) {
        throw QueryException.bad("invalid_key", "Invalid key %s for this request.".formatted(key));
      }
    }
    Json selector = request.members().get("selector");
    if (selector == null) {
      throw QueryException.bad("missing_required_key", "Missing required key: selector");
    }
    Json sort = request.members().get("sort");
    return new FindQuery(
        SelectorParser.parse(selector),
        useIndex(request.members().getOrDefault("use_index", Json.NULL)),
        bookmark(request.members().getOrDefault("bookmark", Json.NULL)),
        new Paging(number(request, "limit", DEFAULT_LIMIT), number(request, "skip", 0)),
        sort == null ? List.of() : SortField.parse(sort),
        fields(request.members().getOrDefault("fields", new Json.Array(List.of()))),
        !Json.FALSE.equals(request.members().get("allow_fallback")));
  }

  private static int number(Json.Obj request, String key, int absent) throws QueryException {
    Json value = request.members().get(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Json.Num num && num.integer() && num.value() >= 0) {
      return (int) Math.min(num.value(), Integer.MAX_VALUE);
    }
    throw QueryException.bad(
        "invalid_non_neg_integer",
        JsonText.of(value) + " is not an integer greater than or equal to zero");
  }

  private static @Nullable Bookmark bookmark(Json value) throws QueryException {
    if (value.equals(Json.NULL) || value.equals(new Json.Text(""))) {
      return null;
    }
    if (value instanceof Json.Text text) {
      return Bookmark.decode(text.value());
    }
    throw QueryException.bad("invalid_bookmark", "Invalid bookmark value: " + JsonText.of(value));
  }

  private static @Nullable List<FieldPath> fields(Json value) throws QueryException {
    if (!(value instanceof Json.Array array)) {
      throw QueryException.bad(
          "invalid_fields", "Fields must be an array of strings, not: " + JsonText.of(value));
    }
    List<FieldPath> fields = new ArrayList<>();
    for (Json field : array.values()) {
      if (!(field instanceof Json.Text text)) {
        throw QueryException.bad(
            "invalid_field", "Invalid JSON for field spec: " + JsonText.of(field));
      }
      fields.add(FieldPath.parse(text.value()));
    }
    return fields.isEmpty() ? null : fields;
  }

  private static List<String> useIndex(Json value) throws QueryException {
    List<String> parts = new ArrayList<>();
    if (value instanceof Json.Text text) {
      parts.addAll(List.of(text.value().split("/", -1)));
      if (parts.getFirst().equals("_design") && parts.size() > 1) {
        parts.removeFirst();
      }
    } else if (value instanceof Json.Array array) {
      for (Json part : array.values()) {
        parts.add(part instanceof Json.Text text ? text.value() : "");
      }
    } else if (!value.equals(Json.NULL)) {
      parts.add("");
    }
    if (parts.size() > 2 || parts.contains("")) {
      throw QueryException.bad("invalid_index_name", "Invalid index name: " + JsonText.of(value));
    }
    return parts;
  }

  /// A result as the query wants to see it.
  Json.Obj project(Json.Obj document) {
    if (fields == null) {
      return document;
    }
    Json.Obj projected = Json.Obj.of(java.util.Map.of());
    for (FieldPath field : fields) {
      Json value = field.in(document);
      if (value != null) {
        projected = field.set(projected, value);
      }
    }
    return projected;
  }

  /// Reads a query and changes it as a Fabric peer does: results come with id and version, the
  /// limit is the peer's (fabric v3.1.5 core/ledger/kvledger/txmgmt/statedb/statecouchdb).
  ///
  /// @param bookmark empty where reading begins
  /// @throws JsonException if it is not JSON
  public static Json.Obj asPeerSends(String query, int limit, String bookmark)
      throws JsonException {
    Json json = JsonParser.parseFirst(ByteString.copyFromUtf8(query));
    if (!(json instanceof Json.Obj request)) {
      throw new JsonException(
          "json: cannot unmarshal %s into Go value of type map[string]interface {}"
              .formatted(goType(json)));
    }
    Json fields = request.members().get("fields");
    if (fields != null) {
      if (!(fields instanceof Json.Array array)) {
        throw new JsonException("fields definition must be an array");
      }
      List<Json> more = new ArrayList<>(array.values());
      more.add(new Json.Text(Document.ID));
      more.add(new Json.Text(Document.VERSION));
      request = request.with("fields", new Json.Array(more));
    }
    Json.Obj limited = request.with("limit", new Json.Num(limit, true));
    return bookmark.isEmpty() ? limited : limited.with("bookmark", new Json.Text(bookmark));
  }

  private static String goType(Json json) {
    return switch (json) {
      case Json.Null ignored -> "null";
      case Json.Bool ignored -> "bool";
      case Json.Num ignored -> "number";
      case Json.Text ignored -> "string";
      case Json.Array ignored -> "array";
      case Json.Obj ignored -> "object";
    };
  }
}
