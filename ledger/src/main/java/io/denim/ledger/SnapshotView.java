package io.denim.ledger;

import com.google.protobuf.ByteString;
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
  private final StateFollower follower;

  /// @param history absent where none is kept
  SnapshotView(
      String channelId,
      CollectionSource source,
      Database db,
      @Nullable History history,
      StateFollower follower) {
    this.channelId = channelId;
    this.db = db;
    this.follower = follower;
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
    return follower.queries(db, snapshot);
  }

  @Override
  public void checkWrite(String key, ByteString value) throws SimulationException {
    String refusal = follower.refusal(ByteString.copyFromUtf8(key), value);
    if (refusal != null) {
      throw new SimulationException(refusal);
    }
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
