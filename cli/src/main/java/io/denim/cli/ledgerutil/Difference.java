package io.denim.cli.ledgerutil;

import com.google.protobuf.ByteString;
import io.denim.cli.command.GoJson;
import io.denim.ledger.SnapshotRecords;
import java.util.HexFormat;
import java.util.Optional;

/// A key whose records differ between two snapshots (fabric v3.1.5
/// internal/ledgerutil/compare/compare.go).
///
/// @param block of the earlier record, unsigned
/// @param transaction of the earlier record, unsigned
/// @param json on one line
record Difference(long block, long transaction, String json) {
  /// @param first empty where the first snapshot has no such key
  /// @param second empty where the second snapshot has no such key
  static Difference of(
      boolean hashed,
      Optional<SnapshotRecords.Entry> first,
      Optional<SnapshotRecords.Entry> second) {
    SnapshotRecords.Entry some = first.or(() -> second).orElseThrow();
    StringBuilder json = new StringBuilder("{");
    if (!some.namespace().isEmpty()) {
      json.append("\"namespace\":");
      GoJson.string(some.namespace(), json);
      json.append(',');
    }
    if (!some.key().isEmpty()) {
      json.append("\"key\":");
      GoJson.string(text(some.key(), hashed), json);
      json.append(',');
    }
    json.append("\"hashed\":").append(hashed).append(",\"snapshotrecord1\":");
    entry(first, hashed, json);
    json.append(",\"snapshotrecord2\":");
    entry(second, hashed, json);
    SnapshotRecords.Entry earlier =
        first.isPresent() && second.isPresent() ? earlier(first.get(), second.get()) : some;
    return new Difference(earlier.block(), earlier.transaction(), json.append('}').toString());
  }

  private static SnapshotRecords.Entry earlier(
      SnapshotRecords.Entry one, SnapshotRecords.Entry other) {
    int blocks = Long.compareUnsigned(one.block(), other.block());
    int order = blocks != 0 ? blocks : Long.compareUnsigned(one.transaction(), other.transaction());
    return order < 0 ? one : other;
  }

  private static void entry(
      Optional<SnapshotRecords.Entry> entry, boolean hashed, StringBuilder json) {
    if (entry.isEmpty()) {
      json.append("null");
      return;
    }
    json.append("{\"value\":");
    GoJson.string(text(entry.get().value(), hashed), json);
    json.append(",\"blockNum\":").append(Long.toUnsignedString(entry.get().block()));
    json.append(",\"txNum\":").append(Long.toUnsignedString(entry.get().transaction()));
    json.append('}');
  }

  private static String text(ByteString bytes, boolean hashed) {
    return hashed ? HexFormat.of().formatHex(bytes.toByteArray()) : bytes.toStringUtf8();
  }
}
