package io.denim.ledger.json;

import io.denim.ledger.json.Condition.Operator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Chooses the index for a query as CouchDB does, since results come in its order (couchdb
/// src/mango/src/mango_idx.erl, mango_cursor.erl and mango_cursor_view.erl): only indexes whose
/// fields every match must have and that give the order asked for; of those the one that narrows
/// most fields, then the one with the fewest fields, then by name.
final class Planner {
  private static final String DESIGN = "_design/";
  private static final String ID = Document.ID;

  private final FindQuery query;
  private final Set<String> sortFields = new LinkedHashSet<>();
  private final List<FieldPath> narrowed;

  private Planner(FindQuery query) {
    this.query = query;
    query.sort().forEach(field -> sortFields.add(field.name()));
    this.narrowed = narrowedFields(query.selector());
  }

  /// @param indexes those there are
  /// @throws QueryException if none gives the order asked for
  static Plan plan(FindQuery query, Collection<IndexDefinition> indexes) throws QueryException {
    return new Planner(query).plan(indexes);
  }

  private Plan plan(Collection<IndexDefinition> indexes) throws QueryException {
    List<IndexDefinition> usable = new ArrayList<>();
    List<IndexDefinition> asked = new ArrayList<>();
    for (IndexDefinition index : indexes) {
      boolean isAsked = isAskedFor(index);
      if ((index.filter() == null || isAsked) && isUsable(index)) {
        usable.add(index);
        if (isAsked) {
          asked.add(index);
        }
      }
    }
    boolean inOrderOfIds = isUsableInOrderOfIds();
    if (usable.isEmpty() && !inOrderOfIds) {
      throw QueryException.bad(
          "no_usable_index", "No index exists for this sort, try indexing by the sort fields.");
    }
    if (asked.isEmpty() && !query.useIndex().isEmpty() && !query.allowFallback()) {
      throw QueryException.bad(
          "invalid_index",
          "%s specified by `use_index` could not be found or it is not suitable."
              .formatted(DESIGN + String.join(", ", query.useIndex())));
    }
    IndexDefinition best = best(asked.isEmpty() ? usable : asked);
    boolean descending = !query.sort().isEmpty() && query.sort().getFirst().descending();
    return new Plan(best, ranges(best), descending, isNoop(query.selector()));
  }

  private boolean isAskedFor(IndexDefinition index) {
    List<String> asked = query.useIndex();
    if (asked.isEmpty()) {
      return false;
    }
    String document =
        asked.getFirst().startsWith(DESIGN) ? asked.getFirst() : DESIGN + asked.getFirst();
    return index.designDocument().equals(document)
        && (asked.size() == 1 || index.name().equals(asked.get(1)));
  }

  private boolean isUsable(IndexDefinition index) {
    Set<FieldPath> required = new HashSet<>();
    for (String column : index.columns()) {
      if (!sortFields.contains(column) && !column.equals(ID) && !column.equals("_rev")) {
        required.add(path(column));
      }
    }
    return missing(query.selector(), required).isEmpty() && givesOrder(index.columns());
  }

  private boolean isUsableInOrderOfIds() {
    return sortFields.isEmpty() || (sortFields.equals(Set.of(ID)) && narrowed.contains(path(ID)));
  }

  static FieldPath path(String column) {
    try {
      return FieldPath.parse(column);
    } catch (QueryException e) {
      return new FieldPath(List.of(column));
    }
  }

  /// Which of some fields a match need not have.
  private static Set<FieldPath> missing(Condition condition, Set<FieldPath> required) {
    Set<FieldPath> left = new HashSet<>(required);
    switch (condition) {
      case Condition.And(List<Condition> all) -> {
        for (Condition each : all) {
          left = missing(each, left);
        }
      }
      case Condition.Or(List<Condition> any) -> {
        Set<FieldPath> union = new HashSet<>();
        for (Condition each : any) {
          union.addAll(missing(each, left));
        }
        left = union;
      }
      case Condition.Field(FieldPath path, Condition inner) -> {
        if (!inner.equals(new Condition.Exists(false))) {
          left.remove(path);
        }
      }
      default -> {
        // requires nothing
      }
    }
    return left;
  }

  private boolean givesOrder(List<String> columns) {
    List<String> sort = List.copyOf(sortFields);
    for (int i = 0; i < columns.size(); i++) {
      if (sort.isEmpty()) {
        return true;
      }
      if (columns.get(i).equals(sort.getFirst())) {
        return columns.size() - i >= sort.size()
            && columns.subList(i, i + sort.size()).equals(sort);
      }
      if (!isConstant(query.selector(), path(columns.get(i)))) {
        return false;
      }
    }
    return sort.isEmpty();
  }

  private static boolean isConstant(Condition condition, FieldPath path) {
    return switch (condition) {
      case Condition.And(List<Condition> all) -> {
        for (Condition each : all) {
          if (isConstant(each, path)) {
            yield true;
          }
        }
        yield false;
      }
      case Condition.Field(FieldPath other, Condition inner) ->
          other.equals(path)
              && inner instanceof Condition.Compare(Operator operator, var ignored)
              && operator == Operator.EQ;
      default -> false;
    };
  }

  private @Nullable IndexDefinition best(List<IndexDefinition> candidates) {
    return candidates.stream()
        .min(
            Comparator.comparingInt((IndexDefinition index) -> -ranges(index).size())
                .thenComparingInt(index -> index.columns().size())
                .thenComparing(Comparator.naturalOrder()))
        .orElse(null);
  }

  /// What the selector leaves of the first columns, as far as it narrows them.
  private List<Range> ranges(@Nullable IndexDefinition index) {
    List<String> columns = index == null ? List.of(ID) : index.columns();
    List<Range> ranges = new ArrayList<>();
    List<FieldPath> known = emptyOrAll();
    for (String column : columns) {
      FieldPath path = path(column);
      if (!known.contains(path)) {
        break;
      }
      ranges.add(Range.of(query.selector(), path));
    }
    return ranges;
  }

  /// A field that can have no value hides all others.
  private List<FieldPath> emptyOrAll() {
    for (FieldPath path : narrowed) {
      if (Range.of(query.selector(), path) instanceof Range.Empty) {
        return List.of(path);
      }
    }
    return narrowed;
  }

  private static List<FieldPath> narrowedFields(Condition selector) {
    Set<FieldPath> fields =
        new TreeSet<>(Comparator.comparing(FieldPath::joined, Json.Obj.BY_BYTES));
    collect(selector, fields);
    return List.copyOf(fields);
  }

  private static void collect(Condition condition, Set<FieldPath> fields) {
    switch (condition) {
      case Condition.And(List<Condition> all) -> all.forEach(each -> collect(each, fields));
      case Condition.Field(FieldPath path, Condition inner) -> {
        boolean narrows =
            switch (inner) {
              case Condition.Compare(Operator operator, var ignored) -> operator != Operator.NE;
              case Condition.BeginsWith ignored -> true;
              case Condition.Exists ignored -> true;
              default -> false;
            };
        if (narrows) {
          fields.add(path);
        }
      }
      default -> {
        // no single range serves it
      }
    }
  }

  /// CouchDB answers these with nothing, though they hold for everything.
  private static boolean isNoop(Condition selector) {
    return switch (selector) {
      case Condition.And(List<Condition> all) -> all.isEmpty();
      case Condition.Or(List<Condition> any) -> any.isEmpty();
      default -> false;
    };
  }

  /// How to find a query's results.
  ///
  /// @param index absent where documents are read in the order of their ids
  /// @param ranges of the first columns
  /// @param nothing whether there is no result for sure
  record Plan(
      @Nullable IndexDefinition index, List<Range> ranges, boolean descending, boolean nothing) {
    Plan {
      ranges = List.copyOf(ranges);
    }

    boolean isEmpty() {
      return nothing || (ranges.size() == 1 && ranges.getFirst() instanceof Range.Empty);
    }
  }
}
