package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.couch.CouchDatabase;
import io.denim.ledger.couch.CouchException;
import io.denim.ledger.couch.CouchServer;
import io.denim.ledger.couch.DatabaseNames;
import io.denim.ledger.json.IndexDefinition;
import io.denim.ledger.json.Json;
import io.denim.ledger.json.JsonException;
import io.denim.ledger.json.JsonParser;
import io.denim.ledger.json.QueryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A CouchDB server that holds a channel's world state as a Fabric peer would have it there, and
/// answers its JSON queries. The embedded state stays the one that transactions are validated
/// against; the keys that a batch changes are noted in the same batch and forgotten when CouchDB
/// has them, so that it catches up after whatever has happened to either side. A server that fails
/// stops no commit: it lags, and queries say so until it has caught up. One that does not answer
/// delays commits by its time-out.
///
/// Written to under the ledger's commit lock; queries wait while a block is being written.
final class CouchMirror implements StateFollower {
  private static final Logger LOG = LoggerFactory.getLogger(CouchMirror.class);
  private static final ByteString NOTED = ByteString.copyFrom(new byte[] {3});
  private static final byte[] ACKNOWLEDGED = {4};
  private static final int CHUNK = 10_000;

  private final String channelId;
  private final Database db;
  private final CouchServer server;
  private final CouchChannel channel;
  private final Map<String, CouchDatabase> databases = new ConcurrentHashMap<>();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private long notes;
  private boolean known;
  private volatile @Nullable String failure;

  private CouchMirror(String channelId, Database db, CouchServer server, CouchChannel channel) {
    this.channelId = channelId;
    this.db = db;
    this.server = server;
    this.channel = channel;
    try (Database.Cursor cursor = db.cursor(Table.JSON, noteKey(0))) {
      cursor.seekBefore(noteKey(Long.MAX_VALUE));
      byte[] last = cursor.key();
      this.notes = last != null && last[0] == NOTED.byteAt(0) ? number(last) + 1 : 1;
    }
  }

  /// Connects to the server.
  ///
  /// @throws LedgerException if it does not answer, or refuses
  static CouchMirror open(String channelId, Database db, CouchServer server) {
    try {
      server.connect();
      return new CouchMirror(channelId, db, server, CouchChannel.open(server, channelId));
    } catch (CouchException e) {
      throw new LedgerException(
          "the state database of channel [%s] needs the CouchDB server at %s, but it cannot be used: %s. Check couchDBAddress, username and password below ledger.state.couchDBConfig"
              .formatted(channelId, server.settings().address(), e.getMessage()),
          e);
    }
  }

  @Override
  public void opened(@Nullable Height last) {
    try {
      if (last == null) {
        channel.reset();
        known = true;
      } else {
        catchUp(last);
      }
    } catch (CouchException e) {
      lag(e);
    }
  }

  /// Brings the server up to the ledger, from nothing if it is not known what it has.
  private void catchUp(Height last) throws CouchException {
    if (known || isBehind(last)) {
      follow(last);
    } else {
      LOG.info("[{}] Building the state in CouchDB anew", channelId);
      rebuild(last);
    }
    known = true;
  }

  /// Whether the server lacks just what is noted.
  private boolean isBehind(Height last) throws CouchException {
    Height savepoint = channel.savepoint();
    byte[] acknowledged = db.get(Table.JSON, ACKNOWLEDGED);
    return savepoint != null
        && acknowledged != null
        && savepoint.block() >= new DatabaseKey.Parts(acknowledged).number()
        && savepoint.block() <= last.block();
  }

  @Override
  public void write(
      Database.Batch batch,
      String space,
      ByteString key,
      StateReader before,
      VersionedValue changed) {
    batch.put(Table.JSON, noteKey(notes++), new DatabaseKey().text(space).bytes(key).build());
  }

  @Override
  public @Nullable String refusal(ByteString key, ByteString value) {
    return CouchDocuments.refusal(key, value);
  }

  @Override
  public void committed(Height last) {
    try {
      catchUp(last);
    } catch (CouchException e) {
      lag(e);
    }
  }

  private void lag(CouchException e) {
    failure = e.getMessage();
    LOG.error(
        "[{}] The CouchDB server at {} lags behind the ledger until the next commit: {}",
        channelId,
        server.settings().address(),
        e.getMessage());
  }

  /// Writes the present values of all keys that are noted.
  private void follow(Height last) throws CouchException {
    StateReader state = new StoredState(db, null);
    lock.writeLock().lock();
    try {
      for (long from = 0; from < notes; ) {
        Map<String, Set<ByteString>> keys = new HashMap<>();
        from = read(from, keys);
        for (Map.Entry<String, Set<ByteString>> space : keys.entrySet()) {
          List<Json.Obj> documents = new ArrayList<>();
          for (ByteString key : space.getValue()) {
            add(documents, space.getKey(), key, state.get(space.getKey(), key));
          }
          database(space.getKey()).write(documents);
        }
      }
      acknowledge(last);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /// @return the number after the last note read, past all where there are no more
  private long read(long from, Map<String, Set<ByteString>> keys) {
    int count = 0;
    try (Database.Cursor cursor = db.cursor(Table.JSON, noteKey(from))) {
      byte[] note = cursor.key();
      while (note != null && note[0] == NOTED.byteAt(0)) {
        if (count++ == CHUNK) {
          return number(note);
        }
        DatabaseKey.Parts parts = new DatabaseKey.Parts(cursor.value());
        keys.computeIfAbsent(parts.text(), s -> new LinkedHashSet<>()).add(parts.rest());
        cursor.next();
        note = cursor.key();
      }
    }
    return notes;
  }

  private void rebuild(Height last) throws CouchException {
    lock.writeLock().lock();
    try {
      databases.clear();
      channel.reset();
      List<Json.Obj> documents = new ArrayList<>();
      String current = "";
      try (Database.Cursor cursor = db.cursor(Table.STATE, new byte[0])) {
        for (byte[] key = cursor.key(); key != null; key = cursor.key()) {
          String space = StateKey.namespaceOf(key);
          if (documents.size() == CHUNK || !space.equals(current)) {
            database(current).write(documents);
            documents.clear();
            current = space;
          }
          add(documents, space, StateKey.keyOf(key), VersionedValue.decode(cursor.value()));
          cursor.next();
        }
      }
      database(current).write(documents);
      acknowledge(last);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static void add(
      List<Json.Obj> documents, String space, ByteString key, @Nullable VersionedValue value) {
    Json.Obj document = CouchDocuments.of(space, key, value);
    if (document == null) {
      LOG.debug("CouchDB cannot hold the key [{}] of {}", key.toStringUtf8(), space);
    } else {
      documents.add(document);
    }
  }

  private void acknowledge(Height last) throws CouchException {
    channel.save(last);
    try (Database.Batch batch = db.batch()) {
      batch.deleteRange(Table.JSON, noteKey(0), noteKey(notes));
      batch.put(Table.JSON, ACKNOWLEDGED, new DatabaseKey().number(last.block()).build());
      batch.writeUnlogged();
    }
    failure = null;
  }

  private CouchDatabase database(String space) throws CouchException {
    CouchDatabase known = databases.get(space);
    if (known != null) {
      return known;
    }
    CouchDatabase made = channel.database(space, DatabaseNames.of(channelId, space));
    databases.put(space, made);
    return made;
  }

  private static byte[] noteKey(long number) {
    return new DatabaseKey().bytes(NOTED).number(number).build();
  }

  private static long number(byte[] noteKey) {
    DatabaseKey.Parts parts = new DatabaseKey.Parts(noteKey);
    parts.bytes(1);
    return parts.number();
  }

  @Override
  public void deploy(ChaincodeIndexes indexes) {
    deploy(indexes.chaincode(), indexes.state());
    indexes
        .collections()
        .forEach((collection, files) ->
            deploy(StateKey.privateNamespace(indexes.chaincode(), collection), files));
  }

  private void deploy(String space, Map<String, ByteString> files) {
    new TreeMap<>(files)
        .forEach((name, content) -> {
          try {
            IndexDefinition definition = IndexDefinition.parse(content);
            if (JsonParser.parse(content) instanceof Json.Obj index) {
              CouchDatabase database = database(space);
              database.makeIndex(index);
              database.warm(definition.designDocument(), definition.name());
            }
          } catch (CouchException | JsonException | QueryException e) {
            LOG.error(
                "error creating index from file [{}] for chaincode [{}] on channel [{}]: {}",
                name,
                space,
                channelId,
                e.getMessage());
          }
        });
  }

  @Override
  public JsonQueries queries(Database ignored, Database.Snapshot snapshot) {
    return new JsonQueries() {
      @Override
      public Page find(String space, Json.Obj request) throws SimulationException {
        return CouchMirror.this.find(space, request);
      }

      @Override
      public int pageLimit() {
        return server.settings().pageLimit();
      }
    };
  }

  private JsonQueries.Page find(String space, Json.Obj request) throws SimulationException {
    String lagging = failure;
    if (lagging != null) {
      throw new SimulationException("the CouchDB server lags behind the ledger: " + lagging);
    }
    lock.readLock().lock();
    try {
      CouchDatabase database = database(space);
      CouchDatabase.Found found = database.find(request);
      List<JsonQueries.Result> results = new ArrayList<>();
      for (Json.Obj document : found.documents()) {
        boolean attached = document.members().containsKey("_attachments");
        Json id = document.members().get("_id");
        results.add(
            CouchDocuments.result(
                attached && id instanceof Json.Text text ? database.read(text.value()) : document));
      }
      return new JsonQueries.Page(results, found.bookmark());
    } catch (CouchException e) {
      throw new SimulationException(String.valueOf(e.getMessage()), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
