package io.denim.ledger.json;

import io.denim.ledger.json.Condition.Operator;
import io.denim.ledger.json.DocumentSource.Cursor;
import io.denim.ledger.json.Planner.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers CouchDB's `_find` from documents and indexes at hand.
public final class Find {
  private static final int SERVER_ERROR = 500;
  private static final String NO_BOOKMARK = "nil";

  private final FindQuery query;
  private final DocumentSource source;
  private final Plan plan;

  private Find(FindQuery query, DocumentSource source, Plan plan) {
    this.query = query;
    this.source = source;
    this.plan = plan;
  }

  /// What `_find` answers.
  ///
  /// @param bookmark where the next page begins
  /// @param index which index served; absent where all documents were read
  /// @param examined how many documents were looked at
  public record Found(
      List<Document> documents, String bookmark, @Nullable IndexDefinition index, int examined) {
    public Found {
      documents = List.copyOf(documents);
    }
  }

  /// @param request the body of the request to `_find`
  /// @param patience how long it may take
  /// @throws QueryException if CouchDB would refuse it, or it takes longer
  public static Found run(Json.Obj request, DocumentSource source, Duration patience)
      throws QueryException {
    FindQuery query = FindQuery.parse(request);
    Find find = new Find(query, source, Planner.plan(query, source.indexes()));
    try {
      return find.run(new QueryAllowance(patience));
    } catch (QueryAllowance.Spent e) {
      throw new QueryException(
          SERVER_ERROR,
          "timeout",
          "The request could not be processed in a reasonable amount of time: it looked at documents"
              + " for "
              + patience.toMillis()
              + " ms; an index on the fields of its selector would help");
    }
  }

  private Found run(QueryAllowance allowance) {
    if (plan.isEmpty()) {
      return new Found(List.of(), "", plan.index(), 0);
    }
    List<Document> results = new ArrayList<>();
    Document last = null;
    int examined = 0;
    int toSkip = query.paging().skip();
    Matching matching = new Matching(allowance);
    try (Cursor cursor = open()) {
      while (results.size() < query.paging().limit()) {
        Document next = cursor.next();
        if (next == null) {
          break;
        }
        examined++;
        allowance.document();
        if (matching.matches(query.selector(), next.body())) {
          last = next;
          if (toSkip-- <= 0) {
            results.add(projected(next));
          }
        }
      }
    }
    return new Found(results, last == null ? unmoved() : after(last), plan.index(), examined);
  }

  private Document projected(Document document) {
    return query.fields() == null
        ? document
        : new Document(document.id(), query.project(document.body()), null);
  }

  private String unmoved() {
    return query.bookmark() == null ? NO_BOOKMARK : query.bookmark().encode();
  }

  private String after(Document last) {
    IndexDefinition index = plan.index();
    if (index == null) {
      return new Bookmark(new Json.Text(last.id()), last.id()).encode();
    }
    List<Json> values = IndexKeys.values(columns(index), last);
    return new Bookmark(new Json.Array(values == null ? List.of() : values), last.id()).encode();
  }

  private static List<FieldPath> columns(IndexDefinition index) {
    return index.columns().stream().map(Planner::path).toList();
  }

  private Cursor open() {
    IndexDefinition index = plan.index();
    return index == null ? openAll() : source.indexed(index, resumed());
  }

  /// The index's part without what earlier pages read.
  private IndexRange resumed() {
    IndexRange range = IndexKeys.range(plan.ranges(), plan.descending());
    Bookmark bookmark = query.bookmark();
    if (bookmark == null) {
      return range;
    }
    List<Json> values = bookmark.key() instanceof Json.Array array ? array.values() : List.of();
    var position = IndexKeys.position(values, bookmark.id());
    if (plan.descending()) {
      return new IndexRange(range.from(), position, true);
    }
    var behind = position.concat(com.google.protobuf.ByteString.copyFrom(new byte[1]));
    return new IndexRange(behind, range.to(), false);
  }

  private Cursor openAll() {
    String from = null;
    String to = null;
    if (!plan.ranges().isEmpty()
        && plan.ranges().getFirst()
            instanceof Range.Between(Operator a, Json low, Operator b, Json high)) {
      from = low instanceof Json.Text text ? text.value() : null;
      to = high instanceof Json.Text text ? text.value() : null;
    }
    Bookmark bookmark = query.bookmark();
    if (bookmark == null) {
      return source.documents(from, to, plan.descending());
    }
    Cursor rest =
        plan.descending()
            ? source.documents(from, bookmark.id(), true)
            : source.documents(bookmark.id(), to, false);
    return new Behind(rest, bookmark.id());
  }

  /// Leaves out the document at which the last page ended.
  private record Behind(Cursor rest, String id) implements Cursor {
    @Override
    public @Nullable Document next() {
      Document next = rest.next();
      return next != null && next.id().equals(id) ? rest.next() : next;
    }

    @Override
    public void close() {
      rest.close();
    }
  }
}
