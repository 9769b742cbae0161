package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what a chaincode asks for while it executes (fabric v3.1.5 core/chaincode/handler.go).
/// Runs on the thread that executes the transaction.
final class ShimRequests {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode");

  private final StateReads reads;
  private final StateWrites writes;
  private final StateQueries queries;
  private final ChaincodeCalls calls;

  ShimRequests(StateReads reads, StateWrites writes, StateQueries queries, ChaincodeCalls calls) {
    this.reads = reads;
    this.writes = writes;
    this.queries = queries;
    this.calls = calls;
  }

  /// Whether messages of this type are requests.
  static boolean isRequest(ChaincodeMessage.Type type) {
    return switch (type) {
      case GET_STATE,
          GET_STATE_MULTIPLE,
          GET_PRIVATE_DATA_HASH,
          GET_STATE_METADATA,
          PUT_STATE,
          DEL_STATE,
          PURGE_PRIVATE_DATA,
          PUT_STATE_METADATA,
          WRITE_BATCH_STATE,
          GET_STATE_BY_RANGE,
          GET_QUERY_RESULT,
          GET_HISTORY_FOR_KEY,
          QUERY_STATE_NEXT,
          QUERY_STATE_CLOSE,
          INVOKE_CHAINCODE ->
          true;
      default -> false;
    };
  }

  /// The answer, which is an ERROR message where the request is refused or fails.
  ChaincodeMessage answer(ChaincodeMessage request, TransactionContext context) {
    try {
      return reply(request, ChaincodeMessage.Type.RESPONSE, payload(request, context));
    } catch (InvalidProtocolBufferException e) {
      return failure(request, "unmarshal failed: " + e.getMessage());
    } catch (SimulationException e) {
      return failure(request, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("[{}] Failed to handle {}", shortTxId(request), request.getType(), e);
      return failure(request, "panic during execution");
    }
  }

  private ByteString payload(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    return switch (request.getType()) {
      case GET_STATE -> reads.state(request, context);
      case GET_STATE_MULTIPLE -> reads.states(request, context);
      case GET_PRIVATE_DATA_HASH -> reads.privateDataHash(request, context);
      case GET_STATE_METADATA -> reads.metadata(request, context);
      case PUT_STATE -> writes.put(request, context);
      case DEL_STATE -> writes.delete(request, context);
      case PURGE_PRIVATE_DATA -> writes.purge(request, context);
      case PUT_STATE_METADATA -> writes.putMetadata(request, context);
      case WRITE_BATCH_STATE -> writes.batch(request, context);
      case GET_STATE_BY_RANGE -> queries.range(request, context);
      case GET_QUERY_RESULT -> queries.query(request, context);
      case GET_HISTORY_FOR_KEY -> queries.history(request, context);
      case QUERY_STATE_NEXT -> queries.next(request, context);
      case QUERY_STATE_CLOSE -> queries.close(request, context);
      case INVOKE_CHAINCODE -> calls.invoke(request, context);
      default -> throw new SimulationException("not a request");
    };
  }

  /// Refuses a request, for the chaincode to see why.
  static ChaincodeMessage failure(ChaincodeMessage request, String reason) {
    String text =
        request.getType() + " failed: transaction ID: " + request.getTxid() + ": " + reason;
    LOG.error("[{}] Failed to handle {}. error: {}", shortTxId(request), request.getType(), reason);
    return reply(request, ChaincodeMessage.Type.ERROR, ByteString.copyFromUtf8(text));
  }

  private static ChaincodeMessage reply(
      ChaincodeMessage request, ChaincodeMessage.Type type, ByteString payload) {
    return ChaincodeMessage.newBuilder()
        .setType(type)
        .setPayload(payload)
        .setTxid(request.getTxid())
        .setChannelId(request.getChannelId())
        .build();
  }

  /// Enough of a transaction id to find it in a log.
  static String shortTxId(ChaincodeMessage message) {
    String txId = message.getTxid();
    return txId.length() < 8 ? txId : txId.substring(0, 8);
  }
}
