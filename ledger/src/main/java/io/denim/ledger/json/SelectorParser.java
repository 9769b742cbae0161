package io.denim.ledger.json;

import io.denim.ledger.json.Condition.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;

/// Reads selectors: implicit operators become explicit, field names move down to the conditions on
/// them, negations as far down as they go (couchdb src/mango/src/mango_selector.erl, with its
/// refusals).
final class SelectorParser {
  private SelectorParser() {}

  static Condition parse(Json selector) throws QueryException {
    if (!(selector instanceof Json.Obj object)) {
      throw QueryException.bad(
          "invalid_selector_json", "Selector must be a JSON object, not: " + JsonText.of(selector));
    }
    if (object.members().isEmpty()) {
      return new Condition.Everything();
    }
    Condition parsed = Negations.normalize(parse(object, FieldPath.HERE));
    if (parsed instanceof Condition.Field(FieldPath path, var ignored) && path.names().isEmpty()) {
      throw QueryException.bad(
          "invalid_selector", "One or more conditions is missing a field name.");
    }
    return parsed;
  }

  private static Condition parse(Json json, FieldPath path) throws QueryException {
    if (!(json instanceof Json.Obj object) || object.members().isEmpty()) {
      return new Condition.Field(path, new Condition.Compare(Operator.EQ, json));
    }
    if (object.members().size() > 1) {
      List<Condition> all = new ArrayList<>();
      for (Map.Entry<String, Json> member : object.members().entrySet()) {
        all.add(parse(member.getKey(), member.getValue(), path));
      }
      return new Condition.And(all);
    }
    String name = object.members().firstKey();
    return parse(name, object.members().sequencedValues().getFirst(), path);
  }

  private static Condition parse(String name, Json argument, FieldPath path) throws QueryException {
    if (!name.startsWith("$")) {
      return parse(argument, path.then(FieldPath.parse(name)));
    }
    return switch (name) {
      case "$and" -> new Condition.And(conditions(name, argument, path));
      case "$or" -> new Condition.Or(conditions(name, argument, path));
      case "$nor" -> new Condition.Nor(conditions(name, argument, path));
      case "$not" -> new Condition.Not(parse(object(name, argument), path));
      default -> new Condition.Field(path, terminal(name, argument));
    };
  }

  private static List<Condition> conditions(String operator, Json argument, FieldPath path)
      throws QueryException {
    List<Condition> conditions = new ArrayList<>();
    for (Json element : array(operator, argument)) {
      conditions.add(parse(element, path));
    }
    return conditions;
  }

  private static Condition terminal(String operator, Json argument) throws QueryException {
    return switch (operator) {
      case "$lt" -> new Condition.Compare(Operator.LT, argument);
      case "$lte" -> new Condition.Compare(Operator.LTE, argument);
      case "$eq" -> new Condition.Compare(Operator.EQ, argument);
      case "$ne" -> new Condition.Compare(Operator.NE, argument);
      case "$gte" -> new Condition.Compare(Operator.GTE, argument);
      case "$gt" -> new Condition.Compare(Operator.GT, argument);
      case "$in" -> new Condition.In(array(operator, argument));
      case "$nin" -> new Condition.NotIn(array(operator, argument));
      case "$all" -> new Condition.All(array(operator, argument));
      case "$exists" -> {
        if (!(argument instanceof Json.Bool bool)) {
          throw badArgument(operator, argument);
        }
        yield new Condition.Exists(bool.value());
      }
      case "$type" -> new Condition.Type(text(operator, argument));
      case "$beginsWith" -> new Condition.BeginsWith(text(operator, argument));
      case "$mod" -> mod(operator, argument);
      case "$size" -> {
        if (!(argument instanceof Json.Num num) || !num.integer() || num.value() < 0) {
          throw badArgument(operator, argument);
        }
        yield new Condition.Size(num.value());
      }
      case "$regex" -> {
        try {
          yield new Condition.Regex(BoundedPattern.of(text(operator, argument)));
        } catch (PatternSyntaxException e) {
          throw badArgument(operator, argument);
        }
      }
      case "$elemMatch" ->
          new Condition.ElemMatch(parse(object(operator, argument), FieldPath.HERE));
      case "$allMatch" -> new Condition.AllMatch(parse(object(operator, argument), FieldPath.HERE));
      case "$keyMapMatch" ->
          new Condition.KeyMapMatch(parse(object(operator, argument), FieldPath.HERE));
      case "$text" ->
          throw QueryException.bad(
              "no_usable_index", "There is no text index, which the operator $text needs.");
      case "$where", "$geoWithin", "$geoIntersects", "$near", "$nearSphere" ->
          throw QueryException.bad("not_supported", "Unsupported operator: " + operator);
      default -> throw QueryException.bad("invalid_operator", "Invalid operator: " + operator);
    };
  }

  private static Condition mod(String operator, Json argument) throws QueryException {
    List<Json> numbers = array(operator, argument);
    if (numbers.size() != 2
        || !(numbers.get(0) instanceof Json.Num divisor)
        || !(numbers.get(1) instanceof Json.Num remainder)
        || !divisor.integer()
        || !remainder.integer()
        || divisor.value() == 0) {
      throw badArgument(operator, argument);
    }
    return new Condition.Mod(divisor.value(), remainder.value());
  }

  private static List<Json> array(String operator, Json argument) throws QueryException {
    if (argument instanceof Json.Array array) {
      return array.values();
    }
    throw badArgument(operator, argument);
  }

  private static Json.Obj object(String operator, Json argument) throws QueryException {
    if (argument instanceof Json.Obj object) {
      return object;
    }
    throw badArgument(operator, argument);
  }

  private static String text(String operator, Json argument) throws QueryException {
    if (argument instanceof Json.Text text) {
      return text.value();
    }
    throw badArgument(operator, argument);
  }

  private static QueryException badArgument(String operator, Json argument) {
    return QueryException.bad(
        "bad_arg", "Bad argument for operator %s: %s".formatted(operator, JsonText.of(argument)));
  }
}
