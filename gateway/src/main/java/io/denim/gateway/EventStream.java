package io.denim.gateway;

import io.denim.ledger.BlockIterator;
import io.denim.ledger.LedgerException;
import io.denim.ledger.TransactionStatus;
import io.denim.wire.OutboundStream;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.gateway.ChaincodeEventsRequest;
import org.hyperledger.fabric.protos.gateway.ChaincodeEventsResponse;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends a client the events of one chaincode, block by block, from where it asked on. Owned by the
/// stream's own virtual thread; the stream's end closes the iterator, which wakes it.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/chaincodeevents.go.
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final GatewayChannel channel;
  private final ChaincodeEventsRequest request;
  private final OutboundStream<ChaincodeEventsResponse> out;

  /// Whether the transaction after which the client wants to go on has been seen.
  private boolean passed;

  EventStream(
      GatewayChannel channel,
      ChaincodeEventsRequest request,
      OutboundStream<ChaincodeEventsResponse> out) {
    this.channel = channel;
    this.request = request;
    this.out = out;
    this.passed = request.getAfterTransactionId().isEmpty();
  }

  void run() {
    try (BlockIterator blocks = channel.blocks(start())) {
      out.whenClosed(blocks::close);
      while (true) {
        Optional<Block> block = blocks.next();
        if (block.isEmpty()) {
          out.fail(io.grpc.Status.ABORTED.withDescription("the channel's ledger was closed"));
          return;
        }
        if (!send(block.get())) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      out.fail(io.grpc.Status.ABORTED.withDescription("the peer is shutting down"));
    } catch (StatusRuntimeException e) {
      out.fail(e.getStatus());
    } catch (LedgerException e) {
      LOG.warn(
          "[channel: {}] Events end at a block that cannot be read: {}",
          channel.config().channelId(),
          e.getMessage());
      out.fail(
          io.grpc.Status.ABORTED.withDescription("cannot read the next block: " + e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("A stream of events failed by a mistake of this peer", e);
      out.fail(io.grpc.Status.INTERNAL.withDescription("internal error, the peer's log says more"));
    }
  }

  private boolean send(Block block) throws InterruptedException {
    List<ChaincodeEvent> events = new ArrayList<>();
    for (ChaincodeEvent event : BlockEvents.of(block)) {
      if (!passed) {
        passed = event.getTxId().equals(request.getAfterTransactionId());
      } else if (event.getChaincodeId().equals(request.getChaincodeId())) {
        events.add(event);
      }
    }
    if (events.isEmpty()) {
      return true;
    }
    ChaincodeEventsResponse response =
        ChaincodeEventsResponse.newBuilder()
            .setBlockNumber(block.getHeader().getNumber())
            .addAllEvents(events)
            .build();
    return switch (out.send(response, PATIENCE)) {
      case YES -> true;
      case CLOSED -> false;
      case TIMED_OUT -> {
        out.fail(
            io.grpc.Status.DEADLINE_EXCEEDED.withDescription("the client does not read events"));
        yield false;
      }
    };
  }

  private long start() {
    if (!request.getAfterTransactionId().isEmpty()) {
      Optional<TransactionStatus> status =
          channel.transactionStatus(request.getAfterTransactionId());
      if (status.isPresent()) {
        return status.get().blockNumber();
      }
    }
    SeekPosition position = request.getStartPosition();
    return switch (position.getTypeCase()) {
      case TYPE_NOT_SET, NEXT_COMMIT -> channel.height();
      case SPECIFIED -> position.getSpecified().getNumber();
      case NEWEST, OLDEST ->
          throw RpcErrors.of(
              Code.INVALID_ARGUMENT,
              "invalid start position type: *orderer.SeekPosition_"
                  + (position.hasNewest() ? "Newest" : "Oldest"));
    };
  }
}
