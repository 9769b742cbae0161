package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.BlockchainInfo;

/// Writes a channel's snapshot at one height, byte for byte as a Fabric peer does: used transaction
/// ids, history of collections, public state and hashes of private data, and what they hash to
/// (fabric v3.1.5 core/ledger/kvledger/snapshot.go). Reads a snapshot of the database, so commits
/// go on meanwhile. Used by one thread, once.
final class SnapshotExport {
  private final String channelId;
  private final Database db;
  private final Database.Snapshot view;
  private final BlockchainInfo info;
  private final ByteString commitHash;
  private final Map<String, String> hashes = new TreeMap<>();

  /// @param view the database right after the last block of `info`
  SnapshotExport(
      String channelId,
      Database db,
      Database.Snapshot view,
      BlockchainInfo info,
      ByteString commitHash) {
    this.channelId = channelId;
    this.db = db;
    this.view = view;
    this.info = info;
    this.commitHash = commitHash;
  }

  /// Where a channel's snapshot at a block ends up.
  static Path directory(Path root, String channelId, long lastBlock) {
    return root.resolve("completed").resolve(channelId).resolve(Long.toUnsignedString(lastBlock));
  }

  /// @param root the directory of all snapshots
  void writeTo(Path root) {
    long last = info.getHeight() - 1;
    Path target = directory(root, channelId, last);
    Path parent = root.resolve("completed").resolve(channelId);
    try {
      Files.createDirectories(root.resolve("temp"));
      Files.createDirectories(parent);
      Path working =
          Files.createTempDirectory(
              root.resolve("temp"), channelId + "-" + Long.toUnsignedString(last) + "-");
      try {
        write(working);
        BlockFiles.syncDirectory(working);
        Files.move(working, target, StandardCopyOption.ATOMIC_MOVE);
        BlockFiles.syncDirectory(parent);
      } finally {
        IndexRebuild.deleteTree(working);
      }
    } catch (IOException e) {
      throw new LedgerException("cannot write the snapshot " + target + ": " + e, e);
    }
  }

  private void write(Path directory) throws IOException {
    writeTxIds(directory);
    writeCollections(directory);
    writeState(directory);
    String signable = signableMetadata();
    String additional =
        """
        {
            "snapshot_hash": "%s",
            "last_block_commit_hash": "%s"
        }\
        """
            .formatted(
                Sha256.hex(ByteString.copyFromUtf8(signable)),
                HexFormat.of().formatHex(commitHash.toByteArray()));
    writeJson(directory.resolve("_snapshot_signable_metadata.json"), signable);
    writeJson(directory.resolve("_snapshot_additional_metadata.json"), additional);
  }

  private void writeTxIds(Path directory) throws IOException {
    byte[] prefix = BlockIndex.transactionPrefix();
    try (Database.Cursor cursor = db.cursor(Table.INDEX, prefix, view);
        SnapshotFile data = new SnapshotFile(directory.resolve("txids.data"));
        SnapshotFile metadata = new SnapshotFile(directory.resolve("txids.metadata"))) {
      long count = 0;
      for (byte[] key = cursor.key();
          key != null && DatabaseKey.startsWith(key, prefix);
          key = cursor.key()) {
        ByteString txId = BlockIndex.transactionId(key);
        if (!txId.isEmpty()) { // envelopes without any are left out
          data.bytes(txId);
          count++;
        }
        cursor.next();
      }
      hashes.put("txids.data", data.finish());
      metadata.number(count);
      hashes.put("txids.metadata", metadata.finish());
    }
  }

  private void writeCollections(Path directory) throws IOException {
    try (Database.Cursor cursor = db.cursor(Table.COLLECTIONS, new byte[0], view)) {
      if (cursor.key() == null) {
        return;
      }
      try (SnapshotFile data = new SnapshotFile(directory.resolve("confighistory.data"));
          SnapshotFile metadata = new SnapshotFile(directory.resolve("confighistory.metadata"))) {
        long count = 0;
        for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
          data.bytes(ByteString.copyFrom(key));
          data.bytes(ByteString.copyFrom(cursor.value()));
          count++;
          cursor.next();
        }
        hashes.put("confighistory.data", data.finish());
        metadata.number(count);
        hashes.put("confighistory.metadata", metadata.finish());
      }
    }
  }

  private void writeState(Path directory) throws IOException {
    try (Database.Cursor cursor = db.cursor(Table.STATE, new byte[0], view);
        SnapshotStateWriter open = new SnapshotStateWriter(directory, "public_state");
        SnapshotStateWriter hashed = new SnapshotStateWriter(directory, "private_state_hashes")) {
      for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
        String namespace = StateKey.namespaceOf(key);
        if (!StateKey.isPrivate(namespace)) {
          SnapshotStateWriter writer = StateKey.isHashed(namespace) ? hashed : open;
          writer.add(namespace, StateKey.keyOf(key), VersionedValue.decode(cursor.value()));
        }
        cursor.next();
      }
      open.finish(hashes);
      hashed.finish(hashes);
    }
  }

  private String signableMetadata() {
    StringBuilder files = new StringBuilder();
    hashes.forEach((name, hash) ->
        files
            .append(files.isEmpty() ? "" : ",\n")
            .append("        \"%s\": \"%s\"".formatted(name, hash)));
    return """
    {
        "channel_name": "%s",
        "last_block_number": %s,
        "last_block_hash": "%s",
        "previous_block_hash": "%s",
        "snapshot_files_raw_hashes": {
    %s
        },
        "state_db_type": "SimpleKeyValueDB"
    }\
    """
        .formatted(
            channelId,
            Long.toUnsignedString(info.getHeight() - 1),
            HexFormat.of().formatHex(info.getCurrentBlockHash().toByteArray()),
            HexFormat.of().formatHex(info.getPreviousBlockHash().toByteArray()),
            files);
  }

  private static void writeJson(Path path, String json) throws IOException {
    Files.write(path, json.getBytes(StandardCharsets.UTF_8));
  }
}
