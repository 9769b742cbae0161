package io.denim.ledger;

import io.denim.ledger.couch.CouchDatabase;
import io.denim.ledger.couch.CouchException;
import io.denim.ledger.couch.CouchServer;
import io.denim.ledger.couch.DatabaseNames;
import io.denim.ledger.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A channel's own documents in CouchDB: its save point, and which namespace has which database
/// (fabric v3.1.5 core/ledger/kvledger/txmgmt/statedb/statecouchdb/statecouchdb.go). Safe for use
/// by any thread.
final class CouchChannel {
  private static final String SAVEPOINT = "statedb_savepoint";
  private static final String METADATA = "channel_metadata";
  private static final String INTERNAL = "fabric__internal";
  private static final String FORMAT = "dataformatVersion";
  private static final String CURRENT_FORMAT = "2.0";
  private static final String INFO = "NamespaceDBsInfo";
  private static final String DATABASE_NAME = "DBName";

  private final CouchServer server;
  private final String channelId;
  private CouchDatabase own;

  private CouchChannel(CouchServer server, String channelId, CouchDatabase own) {
    this.server = server;
    this.channelId = channelId;
    this.own = own;
  }

  static CouchChannel open(CouchServer server, String channelId) throws CouchException {
    CouchDatabase internal = CouchDatabase.make(server, INTERNAL);
    if (!internal.read(FORMAT).members().containsKey("Version")) {
      Json.Obj version = Json.Obj.of(Map.of("Version", new Json.Text(CURRENT_FORMAT)));
      internal.write(List.of(identified(version, FORMAT)));
    }
    return new CouchChannel(
        server, channelId, CouchDatabase.make(server, DatabaseNames.ofChannel(channelId)));
  }

  private static Json.Obj identified(Json.Obj document, String id) {
    return document.with("_id", new Json.Text(id)).without("_rev");
  }

  /// Up to where the server has the state; absent where it has none.
  @Nullable Height savepoint() throws CouchException {
    Map<String, Json> found = own.read(SAVEPOINT).members();
    return found.get("BlockNum") instanceof Json.Num block
            && found.get("TxNum") instanceof Json.Num tx
        ? new Height((long) block.value(), (long) tx.value())
        : null;
  }

  void save(Height height) throws CouchException {
    Json.Obj savepoint =
        Json.Obj.of(
            Map.of(
                "BlockNum", Json.Num.of((double) height.block()),
                "TxNum", Json.Num.of((double) height.tx())));
    own.write(List.of(identified(savepoint, SAVEPOINT)));
  }

  /// Makes a namespace's database, and notes its name first, so that it will be found.
  synchronized CouchDatabase database(String space, String name) throws CouchException {
    Json.Obj metadata = metadata();
    Json.Obj info =
        metadata.members().get(INFO) instanceof Json.Obj known ? known : Json.Obj.of(Map.of());
    if (!info.members().containsKey(space)) {
      Json.Obj entry =
          Json.Obj.of(
              Map.of("Namespace", new Json.Text(space), DATABASE_NAME, new Json.Text(name)));
      own.write(List.of(identified(metadata.with(INFO, info.with(space, entry)), METADATA)));
    }
    return CouchDatabase.make(server, name);
  }

  private Json.Obj metadata() throws CouchException {
    Json.Obj found = own.read(METADATA);
    return found.members().isEmpty()
        ? Json.Obj.of(Map.of("ChannelName", new Json.Text(channelId), INFO, Json.Obj.of(Map.of())))
        : found;
  }

  /// Deletes all of the channel's databases.
  synchronized void reset() throws CouchException {
    List<String> names = new ArrayList<>();
    if (metadata().members().get(INFO) instanceof Json.Obj info) {
      for (Json entry : info.members().values()) {
        if (entry instanceof Json.Obj object
            && object.members().get(DATABASE_NAME) instanceof Json.Text name
            && !name.value().equals(own.name())) {
          names.add(name.value());
        }
      }
    }
    for (String name : names) {
      CouchDatabase.make(server, name).drop();
    }
    own.drop();
    own = CouchDatabase.make(server, own.name());
  }
}
