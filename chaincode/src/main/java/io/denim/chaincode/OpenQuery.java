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

  /// A batch that has grown to so many bytes goes out before it is full.
  private static final int BATCH_BYTES = 8 << 20;

  /// A page is one message, which has to stay below gRPC's limit of 100 MiB.
  private static final int PAGE_BYTES = 64 << 20;

  final String id;
  final Results<?> results;
  private final boolean paged;
  private List<QueryResultBytes> pending = new ArrayList<>();
  private int pendingBytes;
  private int returned;

  OpenQuery(String id, Results<?> results, boolean paged) {
    this.id = id;
    this.results = results;
    this.paged = paged;
  }

  /// The next batch. Results of an explicit page come all at once; others by the hundred, where one
  /// more is read ahead to know whether there are more. Closes the query at its end.
  ///
  /// @throws SimulationException if they cannot be read, or a page is larger than a message may be
  /// @param limit how many results the query gives in all
  QueryResponse nextBatch(TransactionContext context, int limit) throws SimulationException {
    while (returned < limit) {
      Optional<?> next = results.next();
      if (next.isEmpty()) {
        break;
      }
      List<QueryResultBytes> full = isFull() ? cut() : List.of();
      add(((Message) next.get()).toByteString());
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

  private boolean isFull() {
    return !paged && (pending.size() == BATCH || pendingBytes >= BATCH_BYTES);
  }

  private void add(ByteString result) throws SimulationException {
    pending.add(QueryResultBytes.newBuilder().setResultBytes(result).build());
    pendingBytes += result.size();
    returned++;
    if (paged && pendingBytes > PAGE_BYTES) {
      throw new SimulationException(
          "a page of %d results is larger than %d MiB; ask for fewer results in a page"
              .formatted(returned, PAGE_BYTES >> 20));
    }
  }

  private List<QueryResultBytes> cut() {
    List<QueryResultBytes> batch = pending;
    pending = new ArrayList<>();
    pendingBytes = 0;
    return batch;
  }
}
