package io.denim.deliver;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.ledger.BlockIterator;
import io.denim.metrics.Counter;
import io.denim.metrics.Metrics;
import io.denim.wire.Caller;
import io.denim.wire.OutboundStream;
import io.denim.wire.WireParser;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves streams of blocks, an orderer's as well as a peer's (fabric v3.1.5
/// common/deliver/deliver.go): each request on a stream names a channel and a range, is answered
/// with its blocks as they come to exist, and then with a status; a status other than `SUCCESS`
/// ends the stream. Each stream is served by a virtual thread of its own, which waits where its
/// reader is slow. Safe for use by any thread.
public final class DeliverHandler {
  private static final Logger LOG = LoggerFactory.getLogger(DeliverHandler.class);
  private static final WireParser<SeekInfo> SEEK_INFO =
      WireParser.of(SeekInfo.getDefaultInstance());

  /// How often a waiting stream looks whether it still may wait.
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Function<String, Optional<DeliverChannel>> channels;
  private final Settings settings;
  private final DeliverMetrics metrics;

  /// @param timeWindow how far a request's timestamp may lie from this node's clock
  /// @param boundToTls whether requests must carry the hash of the client's TLS certificate
  /// @param readerPatience how long a reader may take no message before it is given up
  public record Settings(
      Duration timeWindow,
      boolean boundToTls,
      Duration readerPatience,
      InstantSource clock,
      Metrics metrics) {}

  /// @param channels finds a channel by its id
  public DeliverHandler(Function<String, Optional<DeliverChannel>> channels, Settings settings) {
    this.channels = channels;
    this.settings = settings;
    this.metrics = new DeliverMetrics(settings.metrics());
  }

  /// Begins to serve a stream; to be called by the gRPC method itself.
  ///
  /// @return where the stream's requests go
  public <R> StreamObserver<Envelope> serve(
      ServerCallStreamObserver<R> responses, DeliverForm<R> form, DeliverAccess access) {
    OutboundStream<R> out = new OutboundStream<>(responses);
    var stream = new DeliverStream<>(this, out, form, access, Caller.current());
    metrics.opened();
    out.whenClosed(stream::stop);
    return stream.start();
  }

  void closed() {
    metrics.closed();
  }

  /// Answers one request with blocks; the status is the caller's to send.
  <R> Status deliver(DeliverStream<R> stream, Envelope envelope) throws InterruptedException {
    DeliverRequest request;
    try {
      request = DeliverRequest.of(envelope, circumstances(stream.caller()));
    } catch (DeliverRequest.InvalidRequestException e) {
      LOG.warn("error parsing envelope from {}: {}", stream.caller().address(), e.getMessage());
      return Status.BAD_REQUEST;
    }
    Optional<DeliverChannel> channel = channels.apply(request.channelId());
    if (channel.isEmpty()) {
      LOG.debug(
          "Rejecting deliver for {} because channel {} not found",
          stream.caller().address(),
          request.channelId());
      return Status.NOT_FOUND;
    }
    Counter blocks = metrics.requested(request.channelId(), stream.form());
    Status status = Status.UNKNOWN; // what a reader who leaves has got
    try {
      status = deliver(stream, channel.get(), request, blocks);
      return status;
    } finally {
      metrics.completed(request.channelId(), stream.form(), status);
    }
  }

  private <R> Status deliver(
      DeliverStream<R> stream, DeliverChannel channel, DeliverRequest request, Counter sent)
      throws InterruptedException {
    SeekInfo seek;
    try {
      seek = SEEK_INFO.parse(request.seekInfo());
    } catch (InvalidProtocolBufferException e) {
      return refused(stream, request, Status.BAD_REQUEST, "malformed seekInfo: " + e.getMessage());
    }
    boolean bestEffort = seek.getErrorResponse() == SeekInfo.SeekErrorResponse.BEST_EFFORT;
    if (!bestEffort && channel.failing()) {
      return refused(stream, request, Status.SERVICE_UNAVAILABLE, "the consenter has an error");
    }
    SessionAccess access =
        new SessionAccess(channel, stream.access(), request.signed(), settings.clock());
    Optional<String> refusal = access.refusal();
    if (refusal.isPresent()) {
      return refused(stream, request, Status.FORBIDDEN, refusal.get());
    }
    return switch (SeekRange.of(seek, channel.blocks().height())) {
      case SeekRange.Malformed(String reason) ->
          refused(stream, request, Status.BAD_REQUEST, reason);
      case SeekRange.BeyondEnd(String reason) -> refused(stream, request, Status.NOT_FOUND, reason);
      case SeekRange.Blocks range -> {
        try (BlockIterator blocks = channel.blocks().iterator(range.start())) {
          yield send(new Delivery<>(stream, channel, request, seek, access, sent), range, blocks);
        }
      }
    };
  }

  /// One request that is being answered.
  private record Delivery<R>(
      DeliverStream<R> stream,
      DeliverChannel channel,
      DeliverRequest request,
      SeekInfo seek,
      SessionAccess access,
      Counter sent) {}

  private <R> Status send(Delivery<R> delivery, SeekRange.Blocks range, BlockIterator blocks)
      throws InterruptedException {
    boolean failIfNotReady =
        delivery.seek().getBehavior() == SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
    for (long number = range.start(); ; number++) {
      if (failIfNotReady
          && Long.compareUnsigned(number, delivery.channel().blocks().height()) >= 0) {
        return refused(
            delivery.stream(),
            delivery.request(),
            Status.NOT_FOUND,
            "block " + number + " not found");
      }
      Optional<Block> block = await(delivery, blocks);
      if (block.isEmpty()) {
        return refused(
            delivery.stream(),
            delivery.request(),
            Status.SERVICE_UNAVAILABLE,
            "the consenter has an error");
      }
      Optional<String> refusal = delivery.access().refusal();
      if (refusal.isPresent()) {
        return refused(delivery.stream(), delivery.request(), Status.FORBIDDEN, refusal.get());
      }
      Status sent = sendBlock(delivery, block.get());
      if (sent != Status.SUCCESS || number == range.stop()) {
        return sent;
      }
    }
  }

  /// The next block; empty if the consenter fails meanwhile or the channel is closed, which is all
  /// that ends a stream whose reader takes what there is.
  private static <R> Optional<Block> await(Delivery<R> delivery, BlockIterator blocks)
      throws InterruptedException {
    boolean bestEffort =
        delivery.seek().getErrorResponse() == SeekInfo.SeekErrorResponse.BEST_EFFORT;
    while (true) {
      switch (blocks.next(LOOK)) {
        case BlockIterator.Next.Found(Block block) -> {
          return Optional.of(block);
        }
        case BlockIterator.Next.Closed() -> {
          return Optional.empty();
        }
        case BlockIterator.Next.NotYet() -> {
          if (!bestEffort && delivery.channel().failing()) {
            return Optional.empty();
          }
        }
      }
    }
  }

  private <R> Status sendBlock(Delivery<R> delivery, Block block) throws InterruptedException {
    Block asked = block;
    if (delivery.seek().getContentType() == SeekInfo.SeekContentType.HEADER_WITH_SIG
        && !ConfigBlocks.isConfigBlock(block)) {
      asked = block.toBuilder().clearData().build();
    }
    R message;
    try {
      message =
          delivery.stream().form().block(delivery.channel(), asked, delivery.request().signed());
    } catch (DeliverException e) {
      return refused(delivery.stream(), delivery.request(), Status.BAD_REQUEST, e.getMessage());
    }
    return switch (delivery.stream().send(message, settings.readerPatience())) {
      case YES -> {
        delivery.sent().increment();
        yield Status.SUCCESS;
      }
      case CLOSED -> throw new InterruptedException("the reader left");
      case TIMED_OUT -> {
        delivery.stream().abandon("took no message for " + settings.readerPatience());
        throw new InterruptedException("the reader is too slow");
      }
    };
  }

  private DeliverRequest.Circumstances circumstances(Caller caller) {
    return new DeliverRequest.Circumstances(
        settings.clock().instant(), settings.timeWindow(), settings.boundToTls(), caller);
  }

  private static <R> Status refused(
      DeliverStream<R> stream, DeliverRequest request, Status status, @Nullable String reason) {
    LOG.warn(
        "[channel: {}] Deliver to {} ends with {}: {}",
        request.channelId(),
        stream.caller().address(),
        status,
        reason);
    return status;
  }
}
