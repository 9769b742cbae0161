package io.denim.ledger;

import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.jspecify.annotations.Nullable;

/// The stored state at one height, for executors and simulators. Used by one thread at a time.
final class SnapshotView implements StateQueryExecutor.View {
  private final String channelId;
  private final Database db;
  private final CollectionSource source;
  private final Database.Snapshot snapshot;
  private final StateReader state;
  private final @Nullable History history;
  private final Queries queries;

  /// Makes the queries that a view answers.
  interface Queries {
    /// @param snapshot of the view
    JsonQueries on(Database db, Database.Snapshot snapshot);
  }

  /// @param history absent where none is kept
  SnapshotView(
      String channelId,
      CollectionSource source,
      Database db,
      @Nullable History history,
      Queries queries) {
    this.channelId = channelId;
    this.db = db;
    this.queries = queries;
    this.source = source;
    this.snapshot = db.snapshot();
    this.state = new StoredState(db, snapshot);
    this.history = history;
  }

  @Override
  public StateReader state() {
    return state;
  }

  @Override
  public JsonQueries queries() {
    return queries.on(db, snapshot);
  }

  @Override
  public QueryExecutor.Results<KeyModification> history(String namespace, String key)
      throws SimulationException {
    if (history == null) {
      throw new SimulationException("history database is not enabled");
    }
    return history.of(namespace, key, snapshot);
  }

  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String namespace, QueryExecutor executor) throws SimulationException {
    return source.collections(channelId, namespace, executor);
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
