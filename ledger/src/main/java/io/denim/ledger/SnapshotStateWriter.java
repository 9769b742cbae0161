package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.ledger.SnapshotRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes one of a snapshot's two pairs of state files: records, and how many of them each
/// namespace has (fabric v3.1.5 core/ledger/kvledger/txmgmt/privacyenabledstate/snapshot.go). Used
/// by one thread.
final class SnapshotStateWriter implements AutoCloseable {
  private final Path directory;
  private final String name;
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private @Nullable SnapshotFile data;

  /// @param name of the files, without extension
  SnapshotStateWriter(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  void add(String namespace, ByteString key, VersionedValue value) throws IOException {
    if (data == null) {
      data = new SnapshotFile(directory.resolve(name + ".data"));
    }
    counts.merge(namespace, 1L, Long::sum);
    data.bytes(
        SnapshotRecord.newBuilder()
            .setKey(key)
            .setValue(value.present())
            .setMetadata(value.metadata())
            .setVersion(value.version().toBytes())
            .build()
            .toByteString());
  }

  /// Ends the files; there are none where there were no records.
  ///
  /// @param hashes takes the files' hashes by name
  void finish(Map<String, String> hashes) throws IOException {
    if (data == null) {
      return;
    }
    hashes.put(name + ".data", data.finish());
    try (SnapshotFile metadata = new SnapshotFile(directory.resolve(name + ".metadata"))) {
      metadata.number(counts.size());
      for (Map.Entry<String, Long> count : counts.entrySet()) {
        metadata.bytes(ByteString.copyFromUtf8(count.getKey()));
        metadata.number(count.getValue());
      }
      hashes.put(name + ".metadata", metadata.finish());
    }
  }

  @Override
  public void close() throws IOException {
    if (data != null) {
      data.close();
    }
  }
}
