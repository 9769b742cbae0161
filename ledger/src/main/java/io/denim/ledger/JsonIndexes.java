package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Collation;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.IndexDefinition;
import io.denim.ledger.json.IndexKeys;
import io.denim.ledger.json.JsonException;
import io.denim.ledger.json.QueryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel's secondary indexes on JSON values, kept in the same batch as the values themselves.
/// Changed under the ledger's commit lock; {@link #definitions} may be read by any thread.
///
/// The table holds three kinds of keys: 0, the version of the collation that the keys were made by;
/// 1, namespace, design document and name: whether the index is whole, its number and definition;
/// 2, number, position: an entry, whose value tells how long the document's key at its end is.
final class JsonIndexes implements StateFollower {
  private static final Logger LOG = LoggerFactory.getLogger(JsonIndexes.class);
  private static final int BUILD_BATCH = 10_000;
  private static final byte[] VERSION = {0};
  private static final ByteString DEFINITIONS = ByteString.copyFrom(new byte[] {1});
  private static final ByteString ENTRIES = ByteString.copyFrom(new byte[] {2});

  private final Database db;
  private final int pageLimit;
  private final Map<String, List<Open>> bySpace = new HashMap<>();
  private long lastNumber;

  /// An index of one namespace.
  record Built(String space, long number, boolean whole, IndexDefinition definition) {
    byte[] key() {
      return new DatabaseKey()
          .bytes(DEFINITIONS)
          .text(space)
          .text(definition.designDocument())
          .text(definition.name())
          .build();
    }

    byte[] value() {
      return new DatabaseKey().number(whole ? number : -number).bytes(definition.toJson()).build();
    }

    static Built read(String space, byte[] value) {
      DatabaseKey.Parts parts = new DatabaseKey.Parts(value);
      long number = parts.number();
      try {
        return new Built(space, Math.abs(number), number > 0, IndexDefinition.parse(parts.rest()));
      } catch (QueryException | JsonException e) {
        throw new LedgerException("the definition of an index cannot be read", e);
      }
    }

    byte[] prefix() {
      return new DatabaseKey().bytes(ENTRIES).number(number).build();
    }

    byte[] end() {
      return new DatabaseKey().bytes(ENTRIES).number(number + 1).build();
    }
  }

  /// An index that is written to.
  private record Open(Built built, IndexKeys keys) {
    static Open of(Built built) {
      try {
        return new Open(built, new IndexKeys(built.definition()));
      } catch (QueryException e) {
        throw new LedgerException("the definition of an index cannot be read", e);
      }
    }
  }

  private JsonIndexes(Database db, int pageLimit) {
    this.db = db;
    this.pageLimit = pageLimit;
  }

  /// Reads which indexes there are, and builds those anew that are not whole or whose keys another
  /// version of the collation made.
  static JsonIndexes open(Database db, int pageLimit) {
    JsonIndexes indexes = new JsonIndexes(db, pageLimit);
    byte[] version = db.get(Table.JSON, VERSION);
    List<Built> all = all(db);
    if (all.isEmpty()) {
      return indexes;
    }
    boolean current = version != null && ByteString.copyFrom(version).equals(version());
    for (Built index : all) {
      indexes.lastNumber = Math.max(indexes.lastNumber, index.number());
    }
    for (Built index : all) {
      if (current && index.whole()) {
        indexes.of(index.space()).add(Open.of(index));
      } else {
        indexes.build(index);
      }
    }
    return indexes;
  }

  private static ByteString version() {
    return ByteString.copyFromUtf8(Collation.version());
  }

  private static List<Built> all(Database db) {
    List<Built> all = new ArrayList<>();
    try (Database.Cursor cursor = db.cursor(Table.JSON, DEFINITIONS.toByteArray())) {
      byte[] key = cursor.key();
      while (key != null && key[0] == DEFINITIONS.byteAt(0)) {
        all.add(Built.read(spaceOf(key), cursor.value()));
        cursor.next();
        key = cursor.key();
      }
    }
    return all;
  }

  private static String spaceOf(byte[] key) {
    DatabaseKey.Parts parts = new DatabaseKey.Parts(key);
    parts.bytes(1);
    return parts.text();
  }

  /// The whole indexes of a namespace as of a snapshot.
  static List<Built> definitions(Database db, Database.Snapshot snapshot, String space) {
    byte[] prefix = new DatabaseKey().bytes(DEFINITIONS).text(space).build();
    List<Built> found = new ArrayList<>();
    try (Database.Cursor cursor = db.cursor(Table.JSON, prefix, snapshot)) {
      byte[] key = cursor.key();
      while (key != null && DatabaseKey.startsWith(key, prefix)) {
        Built index = Built.read(space, cursor.value());
        if (index.whole()) {
          found.add(index);
        }
        cursor.next();
        key = cursor.key();
      }
    }
    return found;
  }

  private List<Open> of(String space) {
    return bySpace.computeIfAbsent(space, s -> new ArrayList<>());
  }

  /// Makes the indexes that files define, in the order of the files' names; those that are there
  /// already stay as they are. A file that defines none is told in the log and left out (fabric
  /// v3.1.5 core/ledger/kvledger/txmgmt/statedb/statecouchdb/statecouchdb.go,
  /// ProcessIndexesForChaincodeDeploy).
  private void deploy(String space, Map<String, ByteString> files) {
    new TreeMap<>(files)
        .forEach((name, content) -> {
          try {
            deploy(space, IndexDefinition.parse(content));
          } catch (QueryException | JsonException e) {
            LOG.error(
                "error creating index from file [{}] for chaincode [{}]: {}",
                name,
                space,
                e.getMessage());
          }
        });
  }

  private void deploy(String space, IndexDefinition definition) {
    List<Open> present = of(space);
    for (Open open : List.copyOf(present)) {
      Built index = open.built();
      if (index.definition().compareTo(definition) == 0) {
        if (index.definition().equals(definition)) {
          return;
        }
        present.remove(open);
        try (Database.Batch batch = db.batch()) {
          batch.deleteRange(Table.JSON, index.prefix(), index.end());
          batch.writeUnlogged();
        }
      }
    }
    build(new Built(space, ++lastNumber, false, definition));
    LOG.info("Made the index {}/{} on {}", definition.designDocument(), definition.name(), space);
  }

  private void build(Built index) {
    Built whole = new Built(index.space(), index.number(), true, index.definition());
    Open open = Open.of(whole);
    Database.Batch batch = db.batch();
    try {
      Built unfinished = new Built(index.space(), index.number(), false, index.definition());
      batch.put(Table.JSON, unfinished.key(), unfinished.value());
      batch.deleteRange(Table.JSON, index.prefix(), index.end());
      int entries = 0;
      try (StateReader.Cursor values =
          new StoredState(db, null).range(index.space(), ByteString.EMPTY, ByteString.EMPTY)) {
        for (var entry = values.next(); entry != null; entry = values.next()) {
          write(batch, List.of(open), entry.key(), null, entry.value());
          if (++entries % BUILD_BATCH == 0) {
            batch.writeUnlogged();
            batch.close();
            batch = db.batch();
          }
        }
      }
      batch.put(Table.JSON, whole.key(), whole.value());
      batch.put(Table.JSON, VERSION, version().toByteArray());
      batch.writeUnlogged();
    } finally {
      batch.close();
    }
    of(index.space()).add(open);
  }

  @Override
  public void write(
      Database.Batch batch,
      String space,
      ByteString key,
      StateReader before,
      VersionedValue changed) {
    List<Open> indexes = bySpace.get(space);
    if (indexes != null && !indexes.isEmpty()) {
      write(batch, indexes, key, before.get(space, key), changed);
    }
  }

  @Override
  public void opened(@Nullable Height last) {}

  @Override
  public void committed(Height last) {}

  @Override
  public void deploy(ChaincodeIndexes indexes) {
    deploy(indexes.chaincode(), indexes.state());
    indexes
        .collections()
        .forEach((collection, files) ->
            deploy(StateKey.privateNamespace(indexes.chaincode(), collection), files));
  }

  @Override
  public JsonQueries queries(Database ignored, Database.Snapshot snapshot) {
    return new EmbeddedQueries(db, snapshot, pageLimit);
  }

  @Override
  public void close() {}

  private static void write(
      Database.Batch batch,
      List<Open> indexes,
      ByteString key,
      @Nullable VersionedValue old,
      VersionedValue changed) {
    Document before = old == null ? null : document(key, old);
    Document after = changed.isDeletion() ? null : document(key, changed);
    byte[] keyLength = new DatabaseKey().number(key.size()).build();
    for (Open index : indexes) {
      ByteString from = before == null ? null : index.keys().of(before);
      ByteString to = after == null ? null : index.keys().of(after);
      if (from != null && !from.equals(to)) {
        batch.delete(Table.JSON, entry(index.built(), from));
      }
      if (to != null && !to.equals(from)) {
        batch.put(Table.JSON, entry(index.built(), to), keyLength);
      }
    }
  }

  private static byte[] entry(Built index, ByteString position) {
    return new DatabaseKey().bytes(ENTRIES).number(index.number()).bytes(position).build();
  }

  /// Only JSON is indexed.
  private static @Nullable Document document(ByteString key, VersionedValue value) {
    Document document = Document.of(key, value.present(), DocumentVersion.encode(value));
    return document == null || document.attachment() != null ? null : document;
  }
}
