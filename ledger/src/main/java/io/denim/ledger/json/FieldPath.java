package io.denim.ledger.json;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way to a member of a value: names between dots, where a backslash before a dot makes it part
/// of the name; an array's elements are named by their numbers (couchdb src/mango/src/mango_util
/// and mango_doc).
record FieldPath(List<String> names) {
  static final FieldPath HERE = new FieldPath(List.of());

  FieldPath {
    names = List.copyOf(names);
  }

  static FieldPath parse(String field) throws QueryException {
    boolean escapes = field.indexOf('\\') >= 0;
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    for (int i = 0; i <= field.length(); i++) {
      boolean escaped = i > 0 && field.charAt(i - 1) == '\\';
      if (i == field.length() || (field.charAt(i) == '.' && !escaped)) {
        if (name.isEmpty()) {
          throw QueryException.bad("invalid_field_name", "Invalid field name: " + field);
        }
        names.add(escapes ? name.toString().replace("\\", "") : name.toString());
        name.setLength(0);
      } else {
        name.append(field.charAt(i));
      }
    }
    return new FieldPath(names);
  }

  FieldPath then(FieldPath further) {
    if (names.isEmpty()) {
      return further;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(further.names);
    return new FieldPath(all);
  }

  /// The names with dots between them, as an index's columns are called.
  String joined() {
    return String.join(".", names);
  }

  /// What is there; absent if nothing is.
  @Nullable Json in(Json value) {
    Json found = value;
    for (String name : names) {
      found =
          switch (found) {
            case Json.Obj object -> object.members().get(name);
            case Json.Array array -> element(array, name);
            case Json.Null ignored -> null;
            case Json.Bool ignored -> null;
            case Json.Num ignored -> null;
            case Json.Text ignored -> null;
          };
      if (found == null) {
        return null;
      }
    }
    return found;
  }

  private static @Nullable Json element(Json.Array array, String name) {
    try {
      int number = Integer.parseInt(name);
      return number >= 0 && number < array.values().size() ? array.values().get(number) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /// An object with a member set here; members on the way are made where they lack. Elements of
  /// arrays are not set.
  Json.Obj set(Json.Obj object, Json value) {
    return set(object, 0, value);
  }

  private Json.Obj set(Json.Obj object, int level, Json value) {
    String name = names.get(level);
    if (level == names.size() - 1) {
      return object.with(name, value);
    }
    Json below = object.members().get(name);
    return switch (below) {
      case null -> object.with(name, nested(level + 1, value));
      case Json.Obj inner -> object.with(name, set(inner, level + 1, value));
      default -> object;
    };
  }

  private Json nested(int level, Json value) {
    Json inner = value;
    for (int i = names.size() - 1; i >= level; i--) {
      inner = Json.Obj.of(java.util.Map.of(names.get(i), inner));
    }
    return inner;
  }
}
