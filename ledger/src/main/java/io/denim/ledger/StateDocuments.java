package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.DocumentSource;
import io.denim.ledger.json.IndexDefinition;
import io.denim.ledger.json.IndexRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The values of one namespace as CouchDB's documents, at one moment. Used by one thread.
final class StateDocuments implements DocumentSource {
  private final Database db;
  private final Database.Snapshot snapshot;
  private final String space;
  private final StoredState state;
  private final List<JsonIndexes.Built> indexes;

  StateDocuments(Database db, Database.Snapshot snapshot, String space) {
    this.db = db;
    this.snapshot = snapshot;
    this.space = space;
    this.state = new StoredState(db, snapshot);
    this.indexes = JsonIndexes.definitions(db, snapshot, space);
  }

  @Override
  public List<IndexDefinition> indexes() {
    List<IndexDefinition> definitions = new ArrayList<>(indexes.size());
    indexes.forEach(index -> definitions.add(index.definition()));
    return definitions;
  }

  @Override
  public Cursor documents(@Nullable String from, @Nullable String to, boolean descending) {
    byte[] first =
        StateKey.encode(space, from == null ? ByteString.EMPTY : ByteString.copyFromUtf8(from));
    byte[] end =
        to == null
            ? StateKey.endOf(space)
            : following(StateKey.encode(space, ByteString.copyFromUtf8(to)));
    int prefix = StateKey.encode(space, ByteString.EMPTY).length;
    return new Walk(Table.STATE, first, end, descending) {
      @Override
      @Nullable Document read(byte[] key, byte[] value) {
        ByteString id = ByteString.copyFrom(key, prefix, key.length - prefix);
        return document(id, VersionedValue.decode(value));
      }
    };
  }

  @Override
  public Cursor indexed(IndexDefinition definition, IndexRange range) {
    JsonIndexes.Built index =
        indexes.stream()
            .filter(each -> each.definition().equals(definition))
            .findFirst()
            .orElseThrow();
    ByteString prefix = ByteString.copyFrom(index.prefix());
    byte[] first = prefix.concat(range.from()).toByteArray();
    ByteString to = range.to();
    byte[] end = to == null ? index.end() : prefix.concat(to).toByteArray();
    return new Walk(Table.JSON, first, end, range.descending()) {
      @Override
      @Nullable Document read(byte[] key, byte[] value) {
        int length = (int) new DatabaseKey.Parts(value).number();
        ByteString id = ByteString.copyFrom(key, key.length - length, length);
        VersionedValue found = state.get(space, id);
        return found == null ? null : document(id, found);
      }
    };
  }

  /// The first key behind this one.
  private static byte[] following(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private static @Nullable Document document(ByteString key, VersionedValue value) {
    return Document.of(key, value.present(), DocumentVersion.encode(value));
  }

  /// A walk through a part of a table, one way or the other.
  private abstract class Walk implements Cursor {
    private final Database.Cursor cursor;
    private final byte[] first;
    private final byte[] end;
    private final boolean descending;

    /// @param end exclusive
    Walk(Table table, byte[] first, byte[] end, boolean descending) {
      this.first = first;
      this.end = end;
      this.descending = descending;
      this.cursor = db.cursor(table, first, snapshot);
      if (descending) {
        cursor.seekBefore(end);
        byte[] key = cursor.key();
        if (key != null && Arrays.equals(key, end)) {
          cursor.previous();
        }
      }
    }

    abstract @Nullable Document read(byte[] key, byte[] value);

    @Override
    public @Nullable Document next() {
      while (true) {
        byte[] key = cursor.key();
        boolean over =
            key == null
                || (descending
                    ? Arrays.compareUnsigned(key, first) < 0
                    : Arrays.compareUnsigned(key, end) >= 0);
        if (key == null || over) {
          return null;
        }
        Document document = read(key, cursor.value());
        if (descending) {
          cursor.previous();
        } else {
          cursor.next();
        }
        if (document != null) {
          return document;
        }
      }
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
