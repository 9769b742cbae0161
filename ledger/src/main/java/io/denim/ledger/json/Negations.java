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
import java.util.ArrayList;
import java.util.List;

/// Moves negations towards the conditions on fields, where an index may serve them (couchdb
/// src/mango/src/mango_selector.erl, norm_negations). A negated condition on a field does not hold
/// where the field lacks. What lies inside `$elemMatch` and its like is left as it is.
final class Negations {
  private Negations() {}

  static Condition normalize(Condition condition) {
    return switch (condition) {
      case Not(Condition negated) -> negate(negated);
      case Nor(List<Condition> none) -> new And(negateEach(none));
      case And(List<Condition> all) -> new And(normalizeEach(all));
      case Or(List<Condition> any) -> new Or(normalizeEach(any));
      case Everything same -> same;
      case Field same -> same;
      case Compare same -> same;
      case In same -> same;
      case NotIn same -> same;
      case All same -> same;
      case Exists same -> same;
      case Condition.Type same -> same;
      case Mod same -> same;
      case Size same -> same;
      case Regex same -> same;
      case BeginsWith same -> same;
      case ElemMatch same -> same;
      case AllMatch same -> same;
      case KeyMapMatch same -> same;
    };
  }

  private static Condition negate(Condition condition) {
    return switch (condition) {
      case Not(Condition negated) -> normalize(negated);
      case Nor(List<Condition> none) -> new Or(normalizeEach(none));
      case And(List<Condition> all) -> new Or(negateEach(all));
      case Or(List<Condition> any) -> new And(negateEach(any));
      case Field(FieldPath path, Condition inner) -> new Field(path, negate(inner));
      case Compare(Condition.Operator operator, Json argument) ->
          new Compare(operator.negated(), argument);
      case In(List<Json> values) -> new NotIn(values);
      case NotIn(List<Json> values) -> new In(values);
      case Exists(boolean wanted) -> new Exists(!wanted);
      case Everything terminal -> new Not(terminal);
      case All terminal -> new Not(terminal);
      case Condition.Type terminal -> new Not(terminal);
      case Mod terminal -> new Not(terminal);
      case Size terminal -> new Not(terminal);
      case Regex terminal -> new Not(terminal);
      case BeginsWith terminal -> new Not(terminal);
      case ElemMatch terminal -> new Not(terminal);
      case AllMatch terminal -> new Not(terminal);
      case KeyMapMatch terminal -> new Not(terminal);
    };
  }

  private static List<Condition> normalizeEach(List<Condition> conditions) {
    List<Condition> normalized = new ArrayList<>(conditions.size());
    for (Condition condition : conditions) {
      normalized.add(normalize(condition));
    }
    return normalized;
  }

  private static List<Condition> negateEach(List<Condition> conditions) {
    List<Condition> negated = new ArrayList<>(conditions.size());
    for (Condition condition : conditions) {
      negated.add(negate(condition));
    }
    return negated;
  }
}
