package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.QueryExecutor.Results;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.GetHistoryForKey;
import org.hyperledger.fabric.protos.peer.GetQueryResult;
import org.hyperledger.fabric.protos.peer.GetStateByRange;
import org.hyperledger.fabric.protos.peer.QueryMetadata;
import org.hyperledger.fabric.protos.peer.QueryResponse;
import org.hyperledger.fabric.protos.peer.QueryStateClose;
import org.hyperledger.fabric.protos.peer.QueryStateNext;

/// Requests for several results: ranges, rich queries, histories, and going on with them.
final class StateQueries {
  private final CollectionAccess access;
  private final int totalQueryLimit;

  StateQueries(CollectionAccess access, int totalQueryLimit) {
    this.access = access;
    this.totalQueryLimit = totalQueryLimit;
  }

  ByteString range(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetStateByRange range = GetStateByRange.parseFrom(request.getPayload());
    QueryMetadata page = QueryMetadata.parseFrom(range.getMetadata());
    TransactionSimulator simulator = context.simulator;
    String namespace = context.namespace();
    String collection = range.getCollection();
    String start = range.getStartKey();
    String end = range.getEndKey();
    if (!collection.isEmpty()) {
      access.checkRead(context, collection);
      return firstBatch(
          context, simulator.privateDataRange(namespace, collection, start, end), false, page);
    }
    if (isPage(page)) {
      return firstBatch(
          context,
          simulator.stateRangePage(namespace, start, end, page.getPageSize(), page.getBookmark()),
          true,
          page);
    }
    return firstBatch(context, simulator.stateRange(namespace, start, end), false, page);
  }

  ByteString query(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetQueryResult query = GetQueryResult.parseFrom(request.getPayload());
    QueryMetadata page = QueryMetadata.parseFrom(query.getMetadata());
    TransactionSimulator simulator = context.simulator;
    String namespace = context.namespace();
    String collection = query.getCollection();
    if (!collection.isEmpty()) {
      access.checkRead(context, collection);
      return firstBatch(
          context,
          simulator.queryPrivateData(namespace, collection, query.getQuery()),
          false,
          page);
    }
    if (isPage(page)) {
      return firstBatch(
          context,
          simulator.queryPage(namespace, query.getQuery(), page.getPageSize(), page.getBookmark()),
          true,
          page);
    }
    return firstBatch(context, simulator.query(namespace, query.getQuery()), false, page);
  }

  ByteString history(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetHistoryForKey history = GetHistoryForKey.parseFrom(request.getPayload());
    return firstBatch(
        context,
        context.simulator.history(context.namespace(), history.getKey()),
        false,
        QueryMetadata.getDefaultInstance());
  }

  ByteString next(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    OpenQuery query = context.query(QueryStateNext.parseFrom(request.getPayload()).getId());
    if (query == null) {
      throw new SimulationException("query iterator not found");
    }
    return batch(context, query, totalQueryLimit);
  }

  /// Closing what is closed already is no error.
  ByteString close(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException {
    String id = QueryStateClose.parseFrom(request.getPayload()).getId();
    OpenQuery query = context.query(id);
    if (query != null) {
      context.close(query);
    }
    return QueryResponse.newBuilder().setId(id).build().toByteString();
  }

  private ByteString firstBatch(
      TransactionContext context, Results<?> results, boolean paged, QueryMetadata page)
      throws SimulationException {
    int limit =
        page.getPageSize() > 0 ? Math.min(page.getPageSize(), totalQueryLimit) : totalQueryLimit;
    return batch(context, context.open(results, paged), limit);
  }

  private static ByteString batch(TransactionContext context, OpenQuery query, int limit)
      throws SimulationException {
    try {
      return query.nextBatch(context, limit).toByteString();
    } catch (SimulationException e) {
      context.close(query);
      throw e;
    }
  }

  private static boolean isPage(QueryMetadata page) {
    return page.getPageSize() != 0 || !page.getBookmark().isEmpty();
  }
}
