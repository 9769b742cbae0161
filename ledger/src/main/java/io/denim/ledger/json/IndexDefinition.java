package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON index as a chaincode package defines it (couchdb src/mango/src/mango_idx.erl and
/// mango_idx_view.erl).
///
/// @param designDocument with `_design/` before it
/// @param columns the paths of the fields, in the index's order
/// @param filter which documents are in the index; absent: all that have its fields
public record IndexDefinition(
    String designDocument, String name, List<String> columns, @Nullable Json filter)
    implements Comparable<IndexDefinition> {
  private static final String DESIGN = "_design/";

  public IndexDefinition {
    columns = List.copyOf(columns);
  }

  /// Reads the definition that an index file holds.
  ///
  /// @throws QueryException if CouchDB would not make the index
  /// @throws JsonException if the file is not JSON
  public static IndexDefinition parse(ByteString file) throws QueryException, JsonException {
    Json json = JsonParser.parse(file);
    if (!(json instanceof Json.Obj object)) {
      throw new JsonException("JSON format is not valid");
    }
    for (String key : object.members().keySet()) {
      if (!List.of("index", "type", "name", "ddoc", "w", "partitioned").contains(key)) {
        throw QueryException.bad("invalid_key", "Invalid key %s for this request.".formatted(key));
      }
    }
    Json type = object.members().getOrDefault("type", new Json.Text("json"));
    if (!type.equals(new Json.Text("json"))) {
      throw QueryException.bad("invalid_index", "Invalid type for index: " + JsonText.of(type));
    }
    Json index = object.members().get("index");
    if (!(index instanceof Json.Obj definition)) {
      throw index == null
          ? QueryException.bad("missing_required_key", "Missing required key: index")
          : QueryException.bad(
              "invalid_index", "JSON indexes must be an object, not: " + JsonText.of(index));
    }
    String generated =
        HexFormat.of().formatHex(Sha256.of(JsonText.bytes(definition)).toByteArray(), 0, 20);
    String document = name(object, "ddoc", generated);
    return new IndexDefinition(
        document.startsWith(DESIGN) ? document : DESIGN + document,
        name(object, "name", generated),
        columns(definition),
        filter(definition));
  }

  private static String name(Json.Obj object, String key, String generated) throws QueryException {
    Json name = object.members().get(key);
    if (name == null) {
      return generated;
    }
    if (!(name instanceof Json.Text text)) {
      throw QueryException.bad("invalid_string", "Invalid string: " + JsonText.of(name));
    }
    if (text.value().isEmpty()) {
      throw QueryException.bad("invalid_empty_string", "Index name or ddoc cannot be empty string");
    }
    return text.value();
  }

  private static List<String> columns(Json.Obj definition) throws QueryException {
    Json fields = definition.members().get("fields");
    if (fields == null) {
      throw QueryException.bad("missing_required_key", "Missing required key: fields");
    }
    List<String> columns = new ArrayList<>();
    for (SortField field : SortField.parse(fields)) {
      FieldPath.parse(field.name());
      columns.add(field.name());
    }
    return columns;
  }

  private static @Nullable Json filter(Json.Obj definition) throws QueryException {
    Json filter = definition.members().get("partial_filter_selector");
    if (filter == null) {
      return null;
    }
    boolean any = SelectorParser.parse(filter) instanceof Condition.Everything;
    return any ? null : filter;
  }

  /// The form in which a definition is kept, which {@link #parse} reads.
  public ByteString toJson() {
    List<Json> fields = new ArrayList<>();
    columns.forEach(column -> fields.add(new Json.Text(column)));
    Json.Obj index = Json.Obj.of(Map.of("fields", new Json.Array(fields)));
    return JsonText.bytes(
        Json.Obj.of(
            Map.of(
                "ddoc", new Json.Text(designDocument),
                "name", new Json.Text(name),
                "index", filter == null ? index : index.with("partial_filter_selector", filter))));
  }

  /// By design document, then name, which decides between equally good indexes.
  @Override
  public int compareTo(IndexDefinition other) {
    int documents = Json.Obj.BY_BYTES.compare(designDocument, other.designDocument);
    return documents != 0 ? documents : Json.Obj.BY_BYTES.compare(name, other.name);
  }
}
