package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.denim.ledger.QueryExecutor.PagedResults;
import io.denim.ledger.QueryExecutor.Results;
import io.denim.ledger.SimulationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.QueryResponse;
import org.hyperledger.fabric.protos.peer.QueryResponseMetadata;
import org.hyperledger.fabric.protos.peer.QueryResultBytes;

/// A query whose results a chaincode fetches in batches (fabric v3.1.5
/// core/chaincode/query_response_generator.go). Used by the thread that executes the transaction.
final class OpenQuery {
  private static final int BATCH = 100;

  final String id;
  final Results<?> results;
  private final boolean paged;
  private List<QueryResultBytes> pending = new ArrayList<>();
  private int returned;

  OpenQuery(String id, Results<?> results, boolean paged) {
    this.id = id;
    this.results = results;
    this.paged = paged;
  }

  /// The next batch. Results of an explicit page come all at once; others by the hundred, where one
  /// more is read ahead to know whether there are more. Closes the query at its end.
  ///
  /// @param limit how many results the query gives in all
  QueryResponse nextBatch(TransactionContext context, int limit) throws SimulationException {
    while (returned < limit) {
      Optional<?> next = results.next();
      if (next.isEmpty()) {
        break;
      }
      List<QueryResultBytes> full = !paged && pending.size() == BATCH ? cut() : List.of();
      pending.add(bytes((Message) next.get()));
      returned++;
      if (!full.isEmpty()) {
        return QueryResponse.newBuilder().addAllResults(full).setHasMore(true).setId(id).build();
      }
    }
    context.close(this);
    QueryResponse.Builder last = QueryResponse.newBuilder().addAllResults(cut()).setId(id);
    return paged ? last.setMetadata(metadata()).build() : last.build();
  }

  private ByteString metadata() {
    String bookmark = results instanceof PagedResults<?> page ? page.bookmark() : "";
    return QueryResponseMetadata.newBuilder()
        .setBookmark(bookmark)
        .setFetchedRecordsCount(returned)
        .build()
        .toByteString();
  }

  private List<QueryResultBytes> cut() {
    List<QueryResultBytes> batch = pending;
    pending = new ArrayList<>();
    return batch;
  }

  private static QueryResultBytes bytes(Message result) {
    return QueryResultBytes.newBuilder().setResultBytes(result.toByteString()).build();
  }
}
