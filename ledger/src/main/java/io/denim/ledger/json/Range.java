package io.denim.ledger.json;

import io.denim.ledger.json.Condition.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a selector leaves of a field's values (couchdb src/mango/src/mango_idx_view.erl, range).
sealed interface Range {
  Range ALL = new Between(Operator.GT, null, Operator.LT, null);

  /// No value meets the selector.
  record Empty() implements Range {}

  /// @param low absent where every value is high enough
  /// @param high absent where every value is low enough
  record Between(Operator from, @Nullable Json low, Operator to, @Nullable Json high)
      implements Range {
    private boolean hasLow() {
      return from != Operator.GT;
    }

    private boolean hasHigh() {
      return to != Operator.LT;
    }
  }

  /// What a selector leaves of the values that a path leads to.
  static Range of(Condition selector, FieldPath path) {
    return narrow(ALL, selector, path);
  }

  private static Range narrow(Range range, Condition condition, FieldPath path) {
    return switch (condition) {
      case Condition.And(List<Condition> all) -> {
        Range narrowed = range;
        for (Condition each : all) {
          narrowed = narrow(narrowed, each, path);
        }
        yield narrowed;
      }
      case Condition.Field(FieldPath other, Condition inner) ->
          other.equals(path) ? narrow(range, inner) : range;
      default -> range;
    };
  }

  private static Range narrow(Range range, Condition condition) {
    if (!(range instanceof Between between)) {
      return range;
    }
    return switch (condition) {
      case Condition.Compare(Operator operator, Json argument) ->
          narrow(between, operator, argument);
      case Condition.BeginsWith(String prefix) -> {
        Range from = narrow(between, Operator.GTE, new Json.Text(prefix));
        yield from instanceof Between some
            ? narrow(some, Operator.LTE, new Json.Text(prefix + '\uFFFF'))
            : from;
      }
      default -> range;
    };
  }

  private static Range narrow(Between range, Operator operator, Json argument) {
    int low = range.low() == null ? 1 : Collation.compare(argument, range.low());
    int high = range.high() == null ? -1 : Collation.compare(argument, range.high());
    Between point = new Between(Operator.EQ, argument, Operator.EQ, argument);
    return switch (operator) {
      case NE -> range;
      case LT ->
          low <= 0
              ? new Empty()
              : high <= 0 ? new Between(range.from(), range.low(), Operator.LT, argument) : range;
      case LTE -> {
        if (low < 0 || (low == 0 && !range.hasLow())) {
          yield new Empty();
        }
        yield low == 0
            ? point
            : high < 0 ? new Between(range.from(), range.low(), Operator.LTE, argument) : range;
      }
      case EQ -> {
        boolean below = low < 0 || (low == 0 && !range.hasLow());
        boolean above = high > 0 || (low != 0 && high == 0 && !range.hasHigh());
        yield below || above ? new Empty() : point;
      }
      case GTE -> {
        if (low <= 0) {
          yield range;
        }
        if (high > 0 || (high == 0 && !range.hasHigh())) {
          yield new Empty();
        }
        yield high == 0 ? point : new Between(Operator.GTE, argument, range.to(), range.high());
      }
      case GT -> {
        if (low < 0) {
          yield range;
        }
        yield high >= 0
            ? new Empty()
            : new Between(Operator.GT, argument, range.to(), range.high());
      }
    };
  }
}
