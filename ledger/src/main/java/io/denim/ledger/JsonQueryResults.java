package io.denim.ledger;

import io.denim.ledger.JsonQueries.Page;
import io.denim.ledger.JsonQueries.Result;
import io.denim.ledger.json.FindQuery;
import io.denim.ledger.json.JsonException;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;

/// The results of a JSON query, fetched page by page (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/statedb/statecouchdb/statecouchdb.go, queryScanner). The limit that
/// the query itself gives is ignored, and its `skip` is applied to each page, as there. Each result
/// is recorded as the read of a key. Used by one thread.
final class JsonQueryResults implements QueryExecutor.PagedResults<KV> {
  private final JsonQueries queries;
  private final Query query;
  private final ReadRecorder recorder;
  private List<Result> page = List.of();
  private String bookmark;
  private int at;
  private int returned;
  private boolean closed;

  /// @param namespace the chaincode's
  /// @param space where values are looked for, the namespace's or a private collection's
  /// @param pageSize how many results at the most; 0 is no bound
  /// @param bookmark where to begin; empty: at the first result
  record Query(String namespace, String space, String text, int pageSize, String bookmark) {}

  JsonQueryResults(JsonQueries queries, Query query, ReadRecorder recorder)
      throws SimulationException {
    this.queries = queries;
    this.query = query;
    this.recorder = recorder;
    this.bookmark = query.bookmark();
    fetch();
  }

  private void fetch() throws SimulationException {
    int limit = queries.pageLimit();
    if (limit == 0) {
      boolean paged = query.pageSize() > 0 || !bookmark.isEmpty();
      throw new SimulationException(
          "ExecuteQuery%s not supported for leveldb".formatted(paged ? "WithMetadata" : ""));
    }
    if (query.pageSize() > 0) {
      limit = Math.min(limit, query.pageSize() - returned);
    }
    try {
      Page next = queries.find(query.space(), FindQuery.asPeerSends(query.text(), limit, bookmark));
      page = next.results();
      bookmark = next.bookmark();
      at = 0;
    } catch (JsonException e) {
      throw new SimulationException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Optional<KV> next() throws SimulationException {
    if (closed) {
      throw new SimulationException("this iterator is closed");
    }
    if (at >= queries.pageLimit() && !page.isEmpty()) {
      fetch();
    }
    if (at >= page.size()) {
      return Optional.empty();
    }
    Result result = page.get(at++);
    returned++;
    recorder.read(query.namespace(), result.key().toStringUtf8(), result.version());
    return Optional.of(
        KV.newBuilder()
            .setNamespace(query.namespace())
            .setKeyBytes(result.key())
            .setValue(result.value())
            .build());
  }

  @Override
  public String bookmark() {
    return bookmark;
  }

  @Override
  public void close() {
    closed = true;
  }
}
