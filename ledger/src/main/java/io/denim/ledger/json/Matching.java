package io.denim.ledger.json;

import io.denim.ledger.json.Condition.All;
import io.denim.ledger.json.Condition.AllMatch;
import io.denim.ledger.json.Condition.And;
import io.denim.ledger.json.Condition.BeginsWith;
import io.denim.ledger.json.Condition.Compare;
import io.denim.ledger.json.Condition.ElemMatch;
import io.denim.ledger.json.Condition.Everything;
import io.denim.ledger.json.Condition.Exists;
import io.denim.ledger.json.Condition.Field;
import io.denim.ledger.json.Condition.In;
import io.denim.ledger.json.Condition.KeyMapMatch;
import io.denim.ledger.json.Condition.Mod;
import io.denim.ledger.json.Condition.Nor;
import io.denim.ledger.json.Condition.Not;
import io.denim.ledger.json.Condition.NotIn;
import io.denim.ledger.json.Condition.Or;
import io.denim.ledger.json.Condition.Regex;
import io.denim.ledger.json.Condition.Size;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether values meet conditions (couchdb src/mango/src/mango_selector.erl, match), with CouchDB's
/// ways: a condition on a field that lacks holds only for `$exists: false`, `$all` compares exactly
/// where all else compares by collation, and `$nor` within `$elemMatch` and its like matches
/// nothing.
final class Matching {
  private final QueryAllowance allowance;

  /// @param allowance of the query, which patterns use up
  Matching(QueryAllowance allowance) {
    this.allowance = allowance;
  }

  boolean matches(Condition condition, Json value) {
    return switch (condition) {
      case Everything ignored -> true;
      case And(List<Condition> all) -> matchesAll(all, value);
      case Or(List<Condition> any) -> any.isEmpty() || matchesAny(any, value);
      case Nor ignored -> throw new Unnormalized();
      case Not(Condition negated) -> !matches(negated, value);
      case Field(FieldPath path, Condition inner) -> {
        Json found = path.in(value);
        yield found == null ? inner.equals(new Exists(false)) : matches(inner, found);
      }
      case Compare(Condition.Operator operator, Json argument) ->
          operator.holds(Collation.compare(value, argument));
      case In(List<Json> values) -> isIn(values, value);
      case NotIn(List<Json> values) -> values.isEmpty() || !isIn(values, value);
      case All(List<Json> values) -> hasAll(values, value);
      case Exists(boolean wanted) -> wanted;
      case Condition.Type(String name) -> name.equals(typeOf(value));
      case Mod(double divisor, double remainder) ->
          value instanceof Json.Num num && num.integer() && isRest(num, divisor, remainder);
      case Size(double length) ->
          value instanceof Json.Array array && array.values().size() == length;
      case Regex(BoundedPattern pattern) ->
          value instanceof Json.Text text && pattern.finds(text.value(), allowance);
      case BeginsWith(String prefix) ->
          value instanceof Json.Text text && text.value().startsWith(prefix);
      case ElemMatch(Condition element) ->
          value instanceof Json.Array array && anyElement(element, array.values());
      case AllMatch(Condition element) ->
          value instanceof Json.Array array
              && !array.values().isEmpty()
              && allElements(element, array.values());
      case KeyMapMatch(Condition name) -> value instanceof Json.Obj object && anyName(name, object);
    };
  }

  private boolean matchesAll(List<Condition> conditions, Json value) {
    for (Condition condition : conditions) {
      if (!matches(condition, value)) {
        return false;
      }
    }
    return true;
  }

  private boolean matchesAny(List<Condition> conditions, Json value) {
    for (Condition condition : conditions) {
      if (matches(condition, value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(List<Json> arguments, Json value) {
    List<Json> candidates = value instanceof Json.Array array ? array.values() : List.of(value);
    for (Json argument : arguments) {
      for (Json candidate : candidates) {
        if (Collation.compare(candidate, argument) == 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean hasAll(List<Json> arguments, Json value) {
    if (arguments.isEmpty() || !(value instanceof Json.Array array)) {
      return false;
    }
    boolean same = arguments.size() == 1 && arguments.getFirst().equals(value);
    return same || array.values().containsAll(arguments);
  }

  private static boolean isRest(Json.Num num, double divisor, double remainder) {
    BigDecimal rest = new BigDecimal(JsonText.number(num)).remainder(new BigDecimal(divisor));
    return rest.compareTo(new BigDecimal(remainder)) == 0;
  }

  private boolean anyElement(Condition condition, List<Json> elements) {
    try {
      for (Json element : elements) {
        if (matches(condition, element)) {
          return true;
        }
      }
      return false;
    } catch (Unnormalized e) {
      return false;
    }
  }

  private boolean allElements(Condition condition, List<Json> elements) {
    try {
      for (Json element : elements) {
        if (!matches(condition, element)) {
          return false;
        }
      }
      return true;
    } catch (Unnormalized e) {
      return false;
    }
  }

  private boolean anyName(Condition condition, Json.Obj object) {
    try {
      for (String name : object.members().keySet()) {
        if (matches(condition, new Json.Text(name))) {
          return true;
        }
      }
      return false;
    } catch (Unnormalized e) {
      return false;
    }
  }

  private static @Nullable String typeOf(Json value) {
    return switch (value) {
      case Json.Null ignored -> "null";
      case Json.Bool ignored -> "boolean";
      case Json.Num ignored -> "number";
      case Json.Text ignored -> "string";
      case Json.Array ignored -> "array";
      case Json.Obj ignored -> "object";
    };
  }

  /// CouchDB meets a `$nor` that its normalization did not reach.
  private static final class Unnormalized extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unnormalized() {
      super("$nor", null, false, false);
    }
  }
}
