package io.denim.ledger;

import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// The state that blocks of a group leave, before it is stored. Used by the committing thread.
record GroupView(String channelId, CollectionSource source, StateReader state)
    implements StateQueryExecutor.View {
  @Override
  public QueryExecutor.Results<KeyModification> history(String namespace, String key)
      throws SimulationException {
    throw new SimulationException("history is not at hand during a commit");
  }

  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String namespace, QueryExecutor executor) throws SimulationException {
    return source.collections(channelId, namespace, executor);
  }

  @Override
  public void close() {}
}
