package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.ledger.SnapshotRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The records of a snapshot's state one after the other, in the order of namespace and key (fabric
/// v3.1.5 core/ledger/kvledger/txmgmt/privacyenabledstate/snapshot.go). Used by one thread.
public final class SnapshotRecords implements AutoCloseable {
  private final @Nullable SnapshotFileReader metadata;
  private final @Nullable SnapshotFileReader data;
  private long namespaces;
  private long left;
  private String namespace = "";

  private SnapshotRecords(
      @Nullable SnapshotFileReader metadata, @Nullable SnapshotFileReader data, long namespaces) {
    this.metadata = metadata;
    this.data = data;
    this.namespaces = namespaces;
  }

  /// One record. Block and transaction numbers, its version, are unsigned.
  ///
  /// @param key of hashed records, the key's hash
  public record Entry(
      String namespace,
      ByteString key,
      ByteString value,
      ByteString metadata,
      long block,
      long transaction) {}

  /// @param hashed whether the hashes of private data are read, and not the public state
  /// @throws IOException if the files cannot be read
  public static SnapshotRecords open(Path snapshot, boolean hashed) throws IOException {
    String name = hashed ? "private_state_hashes" : "public_state";
    if (!Files.exists(snapshot.resolve(name + ".data"))) {
      return new SnapshotRecords(null, null, 0);
    }
    SnapshotFileReader metadata = new SnapshotFileReader(snapshot.resolve(name + ".metadata"));
    try {
      return new SnapshotRecords(
          metadata, new SnapshotFileReader(snapshot.resolve(name + ".data")), metadata.number());
    } catch (IOException e) {
      metadata.close();
      throw e;
    }
  }

  /// The next record; empty after the last.
  ///
  /// @throws IOException if it cannot be read or is malformed
  public Optional<Entry> next() throws IOException {
    if (metadata == null || data == null) {
      return Optional.empty();
    }
    while (left == 0) {
      if (namespaces == 0) {
        return Optional.empty();
      }
      namespaces--;
      namespace = metadata.bytes().toStringUtf8();
      left = metadata.number();
    }
    left--;
    SnapshotRecord stored = SnapshotRecord.parseFrom(data.bytes());
    Height version = Height.ofBytes(stored.getVersion());
    return Optional.of(
        new Entry(
            namespace,
            stored.getKey(),
            stored.getValue(),
            stored.getMetadata(),
            version.block(),
            version.tx()));
  }

  @Override
  public void close() throws IOException {
    if (metadata != null) {
      metadata.close();
    }
    if (data != null) {
      data.close();
    }
  }
}
