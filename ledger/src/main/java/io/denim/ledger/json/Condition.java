package io.denim.ledger.json;

import java.util.List;

/// A selector or a part of it, with every operator explicit and field names next to the conditions
/// on them (couchdb src/mango/src/mango_selector.erl).
sealed interface Condition {
  /// The empty selector.
  record Everything() implements Condition {}

  record And(List<Condition> all) implements Condition {
    public And {
      all = List.copyOf(all);
    }
  }

  record Or(List<Condition> any) implements Condition {
    public Or {
      any = List.copyOf(any);
    }
  }

  /// Only where negation cannot reach: everywhere else it became an And of negations.
  record Nor(List<Condition> none) implements Condition {
    public Nor {
      none = List.copyOf(none);
    }
  }

  record Not(Condition negated) implements Condition {}

  /// A condition on what a path leads to.
  record Field(FieldPath path, Condition condition) implements Condition {}

  record Compare(Operator operator, Json argument) implements Condition {}

  record In(List<Json> values) implements Condition {
    public In {
      values = List.copyOf(values);
    }
  }

  record NotIn(List<Json> values) implements Condition {
    public NotIn {
      values = List.copyOf(values);
    }
  }

  record All(List<Json> values) implements Condition {
    public All {
      values = List.copyOf(values);
    }
  }

  record Exists(boolean wanted) implements Condition {}

  record Type(String name) implements Condition {}

  record Mod(double divisor, double remainder) implements Condition {}

  record Size(double length) implements Condition {}

  record Regex(BoundedPattern pattern) implements Condition {}

  record BeginsWith(String prefix) implements Condition {}

  record ElemMatch(Condition element) implements Condition {}

  record AllMatch(Condition element) implements Condition {}

  record KeyMapMatch(Condition name) implements Condition {}

  /// Comparisons by collation.
  enum Operator {
    LT,
    LTE,
    EQ,
    NE,
    GTE,
    GT;

    Operator negated() {
      return switch (this) {
        case LT -> GTE;
        case LTE -> GT;
        case EQ -> NE;
        case NE -> EQ;
        case GTE -> LT;
        case GT -> LTE;
      };
    }

    boolean holds(int order) {
      return switch (this) {
        case LT -> order < 0;
        case LTE -> order <= 0;
        case EQ -> order == 0;
        case NE -> order != 0;
        case GTE -> order >= 0;
        case GT -> order > 0;
      };
    }
  }
}
