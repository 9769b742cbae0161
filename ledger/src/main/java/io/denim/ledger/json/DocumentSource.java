package io.denim.ledger.json;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The documents of one database with their indexes, at one moment. Used by one thread.
public interface DocumentSource {
  /// The indexes there are.
  List<IndexDefinition> indexes();

  /// Documents by id in the order of its bytes, or in the opposite one.
  ///
  /// @param from inclusive; absent: from the first
  /// @param to inclusive; absent: to the last
  Cursor documents(@Nullable String from, @Nullable String to, boolean descending);

  /// Documents of an index by key and id, or in the opposite order. Documents whose keys lie just
  /// outside may come along.
  Cursor indexed(IndexDefinition index, IndexRange range);

  /// A lazily read sequence of documents.
  interface Cursor extends AutoCloseable {
    /// The next one; absent at the end.
    @Nullable Document next();

    @Override
    void close();
  }
}
