package io.denim.ledger.json;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Condition.Operator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys under which an index holds documents: the collation keys of its fields' values, then
/// the id. Their unsigned order is CouchDB's order of views, as far as {@link Collation#MAX_KEY}
/// bytes of each value tell.
public final class IndexKeys {
  private static final int AFTER_ALL = 0xff;

  private final List<FieldPath> columns = new ArrayList<>();
  private final @Nullable Condition filter;

  /// @throws QueryException if the definition's filter is no selector
  public IndexKeys(IndexDefinition definition) throws QueryException {
    definition.columns().forEach(column -> columns.add(Planner.path(column)));
    this.filter = definition.filter() == null ? null : SelectorParser.parse(definition.filter());
  }

  /// Where a document is in the index; absent if it is not.
  public @Nullable ByteString of(Document document) {
    List<Json> values = values(columns, document);
    return values == null || !isWanted(document) ? null : position(values, document.id());
  }

  private boolean isWanted(Document document) {
    return filter == null
        || new Matching(QueryAllowance.unlimited()).matches(filter, document.body());
  }

  /// The values of an index's fields; absent if one lacks.
  static @Nullable List<Json> values(List<FieldPath> columns, Document document) {
    List<Json> values = new ArrayList<>(columns.size());
    for (FieldPath column : columns) {
      Json value = column.in(document.body());
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return values;
  }

  static ByteString position(List<Json> values, String id) {
    ByteArrayOutputStream key = new ByteArrayOutputStream(64);
    appendAll(values, key);
    key.writeBytes(id.getBytes(StandardCharsets.UTF_8));
    return ByteString.copyFrom(key.toByteArray());
  }

  private static boolean appendAll(List<Json> values, ByteArrayOutputStream key) {
    for (Json value : values) {
      if (!Collation.append(value, key)) {
        return false;
      }
    }
    return true;
  }

  /// The part of an index that ranges of its first fields leave.
  static IndexRange range(List<Range> ranges, boolean descending) {
    List<Json> low = new ArrayList<>();
    List<Json> high = new ArrayList<>();
    boolean lows = true;
    boolean highs = true;
    for (Range range : ranges) {
      if (!(range instanceof Range.Between(Operator from, Json least, Operator to, Json most))) {
        break;
      }
      lows = lows && least != null;
      highs = highs && most != null;
      if (lows) {
        low.add(least);
      }
      if (highs) {
        high.add(most);
      }
      // Further fields narrow only where this one has a single value.
      lows = lows && from == Operator.EQ;
      highs = highs && to == Operator.EQ;
    }
    ByteArrayOutputStream first = new ByteArrayOutputStream(64);
    appendAll(low, first);
    return new IndexRange(
        ByteString.copyFrom(first.toByteArray()), high.isEmpty() ? null : end(high), descending);
  }

  private static ByteString end(List<Json> values) {
    ByteArrayOutputStream last = new ByteArrayOutputStream(64);
    appendAll(values, last);
    last.write(AFTER_ALL);
    return ByteString.copyFrom(last.toByteArray());
  }
}
