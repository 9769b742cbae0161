package io.denim.cli.ledgerutil;

import com.fasterxml.jackson.databind.JsonNode;
import io.denim.cli.command.GoJson;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keys whose writers are looked for, each with the file that lists them and the height up to which
/// it is to be looked (fabric v3.1.5 internal/ledgerutil/identifytxs). Used by one thread.
final class WantedKeys implements AutoCloseable {
  private final Map<Key, Results> open = new LinkedHashMap<>();
  private long lastBlock;
  private long lastTransaction;

  private WantedKeys() {}

  /// @param collection empty for public state
  /// @param name of a collection's key, its hash in hexadecimal
  record Key(String namespace, String collection, String name) {}

  /// Where a transaction stands, and what was thought of it.
  record Place(String txId, long block, long transaction, String verdict) {}

  private static final class Results {
    private final BufferedWriter out;
    private final long lastBlock;
    private final long lastTransaction;
    private boolean some;

    Results(BufferedWriter out, long lastBlock, long lastTransaction) {
      this.out = out;
      this.lastBlock = lastBlock;
      this.lastTransaction = lastTransaction;
    }
  }

  /// @param records as `compare` writes them
  /// @param folder for `txlist1.json` and so on
  static WantedKeys of(JsonNode records, Path folder) throws IOException {
    WantedKeys wanted = new WantedKeys();
    int number = 0;
    for (JsonNode each : records) {
      number++;
      wanted.add(each, folder.resolve("txlist" + number + ".json"));
    }
    return wanted;
  }

  private void add(JsonNode each, Path file) throws IOException {
    String namespace = each.path("namespace").asText("");
    String name = each.path("key").asText("");
    if (namespace.isEmpty() || name.isEmpty()) {
      throw new IOException(
          "invalid input json. Each record entry must contain both a \"namespace\" and a \"key\""
              + " field. Aborting identifytxs");
    }
    Key key = new Key(namespace, "", name);
    if (each.path("hashed").asBoolean()) {
      String[] parts = namespace.split("\\$\\$h", -1);
      if (parts.length != 2) {
        throw new IOException("not a valid hashedDataNs [" + namespace + "]");
      }
      key = new Key(parts[0], parts[1], name);
    }
    if (open.containsKey(key)) {
      throw new IOException(
          "invalid input json. Contains duplicate record for  {\"namespace\":\""
              + namespace
              + "\",\"key\":\""
              + name
              + "\"}. Aborting identifytxs");
    }
    JsonNode later = later(each.path("snapshotrecord1"), each.path("snapshotrecord2"));
    long block = later.path("blockNum").asLong();
    long transaction = later.path("txNum").asLong();
    if (block == 0 && transaction == 0) { // only a key: to be looked for everywhere
      block = -1;
      transaction = -1;
    }
    int order = Long.compareUnsigned(block, lastBlock);
    if (order > 0 || (order == 0 && Long.compareUnsigned(transaction, lastTransaction) > 0)) {
      lastBlock = block;
      lastTransaction = transaction;
    }
    BufferedWriter out = Files.newBufferedWriter(file);
    open.put(key, new Results(out, block, transaction));
    StringBuilder json = new StringBuilder("{\n\"namespace\":");
    GoJson.string(key.namespace(), json);
    json.append("\n,\n\"key\":");
    GoJson.string(key.name(), json);
    out.write(json.append("\n,\n\"txs\":[\n").toString());
  }

  private static JsonNode later(JsonNode one, JsonNode other) {
    if (!one.isObject() || !other.isObject()) {
      return one.isObject() ? one : other;
    }
    int blocks =
        Long.compareUnsigned(one.path("blockNum").asLong(), other.path("blockNum").asLong());
    int order =
        blocks != 0
            ? blocks
            : Long.compareUnsigned(one.path("txNum").asLong(), other.path("txNum").asLong());
    return order > 0 ? one : other;
  }

  /// The height up to which there is something to look for; unsigned, all ones for everywhere.
  long lastBlock() {
    return lastBlock;
  }

  long lastTransaction() {
    return lastTransaction;
  }

  /// Notes a write, if its key is wanted.
  ///
  /// @return whether nothing is wanted any more
  boolean found(Key key, Place place, String value) {
    Results results = open.get(key);
    if (results == null) {
      return false;
    }
    StringBuilder json = new StringBuilder(results.some ? ",\n" : "");
    json.append("{\"txid\":");
    GoJson.string(place.txId(), json);
    json.append(",\"blockNum\":").append(place.block());
    json.append(",\"txNum\":").append(place.transaction());
    json.append(",\"txValidationStatus\":\"").append(place.verdict());
    json.append("\",\"keyWrite\":");
    GoJson.string(value, json);
    try {
      results.out.write(json.append("}\n").toString());
      results.some = true;
      if (place.block() == results.lastBlock && place.transaction() == results.lastTransaction) {
        finish(results, true);
        open.remove(key);
        return open.isEmpty();
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends all files.
  ///
  /// @param block up to which was looked
  /// @param available the last block that there is
  void closeAll(long block, long transaction, long available) throws IOException {
    for (Results results : open.values()) {
      finish(
          results,
          block < available
              || (Long.compareUnsigned(results.lastBlock, block) <= 0
                  && Long.compareUnsigned(results.lastTransaction, transaction) <= 0));
    }
    open.clear();
  }

  private static void finish(Results results, boolean sufficient) throws IOException {
    results.out.write("]\n,\n\"blockStoreHeightSufficient\":" + sufficient + "\n}\n");
    results.out.close();
  }

  /// Gives up what is not finished.
  @Override
  public void close() throws IOException {
    for (Results results : open.values()) {
      results.out.close();
    }
  }
}
