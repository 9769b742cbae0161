package io.denim.cli.ledgerutil;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.ledger.SnapshotRecords;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Finds what two peers' snapshots of a channel at the same height do not have in common (fabric
/// v3.1.5 internal/ledgerutil/compare). Used by one thread.
final class SnapshotComparison {
  private static final String METADATA = "_snapshot_signable_metadata.json";

  private final String channel;
  private final Path results;
  private final EarliestDifferences earliest;
  private int count;

  private SnapshotComparison(String channel, Path results, EarliestDifferences earliest) {
    this.channel = channel;
    this.results = results;
    this.earliest = earliest;
  }

  /// What came of it.
  sealed interface Outcome {}

  /// The hashes of all state are the same.
  record Same() implements Outcome {}

  /// @param results the folder with the differences
  record Differing(Path results, int count) implements Outcome {}

  /// @param first how many of the earliest differences are listed apart; 0 for no such list
  /// @throws ClientException if the snapshots cannot be compared or read, or results not be written
  static Outcome compare(Path one, Path other, Path output, int first) throws ClientException {
    try {
      JsonNode metadata = comparable(one, other);
      boolean samePublic = same(one, other, "public_state");
      boolean sameHashes = same(one, other, "private_state_hashes");
      if (samePublic && sameHashes) {
        return new Same();
      }
      String channel = metadata.path("channel_name").asText();
      String name =
          channel
              + "_"
              + Long.toUnsignedString(metadata.path("last_block_number").asLong())
              + "_comparison";
      String where =
          switch (output.toString()) {
            case "." -> "the current directory";
            case ".." -> "the parent directory";
            default -> output.toString();
          };
      Path results = ResultFolder.create(output, name, where, "compare");
      SnapshotComparison comparison =
          new SnapshotComparison(channel, results, new EarliestDifferences(first));
      if (!samePublic) {
        comparison.state(one, other, false);
      }
      if (!sameHashes) {
        comparison.state(one, other, true);
      }
      if (first != 0) {
        comparison.writeEarliest();
      }
      return new Differing(results, comparison.count);
    } catch (IOException e) {
      throw new ClientException("Ledger Compare Error: " + e.getMessage(), e);
    }
  }

  private static JsonNode metadata(Path snapshot) throws IOException {
    Path file = snapshot.resolve(METADATA);
    if (!Files.isRegularFile(file)) {
      throw new IOException("open " + file + ": no such file or directory");
    }
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }

  private static JsonNode comparable(Path one, Path other) throws IOException {
    JsonNode first = metadata(one);
    JsonNode second = metadata(other);
    requireSame(first, second, "channel_name", "Channel name", "channel name");
    requireSame(first, second, "last_block_number", "Last block number", "last block number");
    requireSame(first, second, "last_block_hash", "Last block hashe", "last block hash");
    requireSame(first, second, "state_db_type", "State db type", "state db type");
    return first;
  }

  private static void requireSame(
      JsonNode first, JsonNode second, String field, String plural, String name)
      throws IOException {
    String one = first.path(field).asText();
    String other = second.path(field).asText();
    if (!one.equals(other)) {
      throw new IOException(
          "the supplied snapshots appear to be non-comparable. "
              + plural
              + "s do not match.\nSnapshot1 "
              + name
              + ": "
              + one
              + "\nSnapshot2 "
              + name
              + ": "
              + other);
    }
  }

  private static boolean same(Path one, Path other, String state) throws IOException {
    JsonNode first = metadata(one).path("snapshot_files_raw_hashes");
    JsonNode second = metadata(other).path("snapshot_files_raw_hashes");
    return first.path(state + ".data").asText().equals(second.path(state + ".data").asText())
        && first
            .path(state + ".metadata")
            .asText()
            .equals(second.path(state + ".metadata").asText());
  }

  /// Walks both snapshots in the order of their keys.
  private void state(Path one, Path other, boolean hashed) throws IOException {
    Path file = results.resolve(hashed ? "all_pvt_diffs_by_key.json" : "all_pub_diffs_by_key.json");
    try (SnapshotRecords ones = SnapshotRecords.open(one, hashed);
        SnapshotRecords others = SnapshotRecords.open(other, hashed);
        BufferedWriter out = Files.newBufferedWriter(file)) {
      begin(out);
      int before = count;
      Optional<SnapshotRecords.Entry> left = ones.next();
      Optional<SnapshotRecords.Entry> right = others.next();
      while (left.isPresent() || right.isPresent()) {
        int order = left.isEmpty() ? 1 : right.isEmpty() ? -1 : order(left.get(), right.get());
        if (order != 0 || !left.equals(right)) {
          Difference difference =
              Difference.of(
                  hashed,
                  order <= 0 ? left : Optional.empty(),
                  order >= 0 ? right : Optional.empty());
          out.write((count > before ? ",\n" : "") + difference.json() + "\n");
          count++;
          earliest.add(difference);
        }
        left = order <= 0 ? ones.next() : left;
        right = order >= 0 ? others.next() : right;
      }
      out.write("]\n}\n");
    }
  }

  private static int order(SnapshotRecords.Entry one, SnapshotRecords.Entry other) {
    int namespaces = compare(bytes(one.namespace()), bytes(other.namespace()));
    return namespaces != 0 ? namespaces : compare(one.key(), other.key());
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static int compare(ByteString one, ByteString other) {
    return ByteString.unsignedLexicographicalComparator().compare(one, other);
  }

  private void begin(BufferedWriter out) throws IOException {
    out.write("{\n\"ledgerid\":\"" + channel + "\",\n\"diffRecords\":[\n");
  }

  private void writeEarliest() throws IOException {
    try (BufferedWriter out =
        Files.newBufferedWriter(results.resolve("first_diffs_by_height.json"))) {
      begin(out);
      String separator = "";
      for (Difference difference : earliest.inOrder()) {
        out.write(separator + difference.json() + "\n");
        separator = ",\n";
      }
      out.write("]\n}\n");
    }
  }
}
