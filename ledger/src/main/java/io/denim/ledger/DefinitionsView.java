package io.denim.ledger;

import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// The state before a block, for reading collections' definitions while the block is committed.
/// Used by the committing thread.
///
/// @param state the stored state with that of earlier blocks of the group
record DefinitionsView(StateReader state) implements StateQueryExecutor.View {
  @Override
  public QueryExecutor.Results<KeyModification> history(String namespace, String key)
      throws SimulationException {
    throw new SimulationException("history is not at hand during a commit");
  }

  @Override
  public Optional<List<StaticCollectionConfig>> collections(
      String namespace, QueryExecutor executor) throws SimulationException {
    throw new SimulationException("definitions of collections do not depend on collections");
  }

  @Override
  public void close() {}
}
