package io.denim.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Map;

/// What a snapshot's two JSON files say of it (fabric v3.1.5 core/ledger/kvledger/snapshot.go).
record SnapshotMetadata(String channelId, SnapshotBase base) {
  private static final String SIGNABLE = "_snapshot_signable_metadata.json";
  private static final String ADDITIONAL = "_snapshot_additional_metadata.json";
  private static final int BUFFER = 64 * 1024;

  /// Reads the metadata and compares all files with their hashes.
  ///
  /// @throws LedgerException if a file is missing, cannot be read or is not what its hash says
  static SnapshotMetadata verified(Path directory) {
    try {
      ObjectMapper json = new ObjectMapper();
      JsonNode signable = json.readTree(Files.readAllBytes(directory.resolve(SIGNABLE)));
      JsonNode additional = json.readTree(Files.readAllBytes(directory.resolve(ADDITIONAL)));
      verify(directory, SIGNABLE, additional.path("snapshot_hash").asText());
      for (Map.Entry<String, JsonNode> file :
          signable.path("snapshot_files_raw_hashes").properties()) {
        if (file.getKey().contains("/") || file.getKey().startsWith(".")) {
          throw new LedgerException("the snapshot names a file [" + file.getKey() + "]");
        }
        verify(directory, file.getKey(), file.getValue().asText());
      }
      return new SnapshotMetadata(
          signable.path("channel_name").asText(),
          new SnapshotBase(
              signable.path("last_block_number").asLong(),
              hex(signable.path("last_block_hash")),
              hex(signable.path("previous_block_hash")),
              hex(additional.path("last_block_commit_hash"))));
    } catch (IOException | IllegalArgumentException e) {
      throw new LedgerException("error while loading metadata: " + e, e);
    }
  }

  private static ByteString hex(JsonNode text) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text.asText()));
  }

  private static void verify(Path directory, String file, String expected) throws IOException {
    try (InputStream in = Files.newInputStream(directory.resolve(file));
        DigestInputStream digest = new DigestInputStream(in, Sha256.digest())) {
      byte[] buffer = new byte[BUFFER];
      int read = 0;
      while (read >= 0) {
        read = digest.read(buffer);
      }
      String actual = HexFormat.of().formatHex(digest.getMessageDigest().digest());
      if (!actual.equals(expected)) {
        throw new LedgerException(
            "error while verifying snapshot: hash mismatch for file [%s]. Expected hash = [%s], Actual hash = [%s]"
                .formatted(file, expected, actual));
      }
    }
  }
}
