package io.denim.ledger.json;

import java.util.ArrayList;
import java.util.List;

/// A field to sort by (couchdb src/mango/src/mango_sort.erl).
record SortField(String name, boolean descending) {
  /// @throws QueryException also where directions are mixed
  static List<SortField> parse(Json json) throws QueryException {
    if (!(json instanceof Json.Array array)) {
      throw QueryException.bad(
          "invalid_sort_json", "Sort must be an array of sort specs, not: " + JsonText.of(json));
    }
    List<SortField> fields = new ArrayList<>();
    for (Json element : array.values()) {
      fields.add(field(element));
    }
    for (SortField field : fields) {
      if (field.descending != fields.getFirst().descending) {
        throw QueryException.bad(
            "unsupported_mixed_sort",
            "Sorts currently only support a single direction for all fields.");
      }
    }
    return fields;
  }

  private static SortField field(Json json) throws QueryException {
    if (json instanceof Json.Text text && !text.value().isEmpty()) {
      return new SortField(text.value(), false);
    }
    if (json instanceof Json.Obj object && object.members().size() == 1) {
      Json direction = object.members().sequencedValues().getFirst();
      if (direction.equals(new Json.Text("asc")) || direction.equals(new Json.Text("desc"))) {
        return new SortField(object.members().firstKey(), direction.equals(new Json.Text("desc")));
      }
    }
    throw QueryException.bad("invalid_sort_field", "Invalid sort field: " + JsonText.of(json));
  }
}
