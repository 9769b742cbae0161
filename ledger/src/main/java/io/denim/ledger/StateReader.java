package io.denim.ledger;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/// The world state at some height. Keys are bytes: those of public and private data are UTF-8
/// texts, those of hashed data are hashes.
interface StateReader {
  /// A key's value; absent where there is none.
  @Nullable VersionedValue get(String namespace, ByteString key);

  /// Keys from start (inclusive) to end (exclusive; empty: no end) in byte order.
  Cursor range(String namespace, ByteString start, ByteString end);

  /// The version of a key that exists.
  default @Nullable Height version(String namespace, ByteString key) {
    VersionedValue value = get(namespace, key);
    return value == null ? null : value.version();
  }

  /// A lazily read range; must be closed.
  interface Cursor extends AutoCloseable {
    @Nullable Entry next();

    @Override
    void close();
  }

  /// A key with its value.
  record Entry(ByteString key, VersionedValue value) {}
}
