package io.denim.deliver;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.ClientTls;
import io.denim.wire.GrpcClient;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.orderer.AtomicBroadcastGrpc;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.hyperledger.fabric.protos.orderer.SeekInfo;
import org.hyperledger.fabric.protos.orderer.SeekPosition;
import org.hyperledger.fabric.protos.orderer.SeekSpecified;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a channel's blocks from its orderers, one after the other, for as long as it is open
/// (fabric v3.1.5 internal/pkg/peer/blocksprovider). Where an orderer fails, stays behind or sends
/// what the taker refuses, the next one is asked. At most a few blocks are in flight. One thread of
/// its own does it all; `close` is for any thread.
public final class BlockFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockFeed.class);
  private static final int IN_FLIGHT = 16;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final int PAUSE_GROWTH_PERCENT = 120;

  private final String channelId;
  private final Taker taker;
  private final EnvelopeSigner signer;
  private final Optional<TlsKeyPair> clientKeyPair;
  private final boolean tls;
  private final Thread thread;
  private boolean delivered; // a block, since all orderers were asked last; owned by the thread
  private volatile boolean closed;

  /// Who takes the blocks. Called by the feed's thread alone.
  public interface Taker {
    /// The number of the block that is wanted next.
    long next();

    /// Where to ask, at present.
    List<OrdererEndpoint> orderers();

    /// Takes a block, waiting while there is no room.
    ///
    /// @return why it is refused, empty if it is taken
    Optional<String> take(Block block) throws InterruptedException;

    /// Is told that none of the orderers has delivered a block when all of them were asked, and
    /// when one does again.
    default void outOfReach(boolean isSo) {}
  }

  /// How orderers are connected to.
  ///
  /// @param tls false for plain text
  /// @param keyPair shown to orderers that ask for a client certificate
  public record Connection(boolean tls, Optional<TlsKeyPair> keyPair) {}

  public BlockFeed(String channelId, Taker taker, EnvelopeSigner signer, Connection connection) {
    this.channelId = channelId;
    this.taker = taker;
    this.signer = signer;
    this.tls = connection.tls();
    this.clientKeyPair = connection.keyPair();
    this.thread = Thread.ofVirtual().name("block-feed-" + channelId).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (!closed) {
        delivered = false;
        for (OrdererEndpoint orderer : inRandomOrder(taker.orderers())) {
          followUntilItFails(orderer);
        }
        taker.outOfReach(!delivered);
        pause = delivered ? FIRST_PAUSE : longer(pause);
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      }
    } catch (InterruptedException e) {
      LOG.debug("[channel: {}] the feed of blocks stops", channelId);
    } catch (RuntimeException e) {
      LOG.error("[channel: {}] the feed of blocks broke: {}", channelId, e.getMessage(), e);
    }
  }

  private static List<OrdererEndpoint> inRandomOrder(List<OrdererEndpoint> orderers) {
    List<OrdererEndpoint> shuffled = new ArrayList<>(orderers);
    Collections.shuffle(shuffled);
    return shuffled;
  }

  private static Duration longer(Duration pause) {
    Duration next = pause.multipliedBy(PAUSE_GROWTH_PERCENT).dividedBy(100);
    return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  private void followUntilItFails(OrdererEndpoint orderer) throws InterruptedException {
    ManagedChannel channel;
    try {
      channel = connect(orderer);
    } catch (TlsConfigurationException e) {
      LOG.warn(
          "[channel: {}] Cannot connect to orderer {}: {}",
          channelId,
          orderer.address(),
          e.getMessage());
      return;
    }
    try {
      String reason = follow(orderer, channel);
      if (!closed) {
        LOG.warn(
            "[channel: {}] Orderer {} delivers no more blocks: {}",
            channelId,
            orderer.address(),
            reason);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel connect(OrdererEndpoint orderer) throws TlsConfigurationException {
    Optional<ClientTls> clientTls =
        tls
            ? Optional.of(new ClientTls(orderer.tlsRoots(), clientKeyPair, Optional.empty()))
            : Optional.empty();
    return GrpcClient.channel(orderer.address(), clientTls);
  }

  /// Takes blocks until something is wrong, and says what.
  private String follow(OrdererEndpoint orderer, ManagedChannel channel)
      throws InterruptedException {
    Inbox inbox = new Inbox();
    var requests = AtomicBroadcastGrpc.newStub(channel).deliver(inbox);
    requests.onNext(seek(taker.next()));
    while (true) {
      Event event = inbox.events.take();
      switch (event) {
        case Event.Ended(String reason) -> {
          return reason;
        }
        case Event.Received(DeliverResponse response) -> {
          Optional<String> problem = take(response);
          if (problem.isPresent()) {
            return problem.get();
          }
          inbox.requestNext();
        }
      }
      LOG.trace("[channel: {}] a block came from {}", channelId, orderer.address());
    }
  }

  private Optional<String> take(DeliverResponse response) throws InterruptedException {
    return switch (response.getTypeCase()) {
      case BLOCK -> {
        delivered = true;
        taker.outOfReach(false);
        yield taker.take(response.getBlock());
      }
      case STATUS -> Optional.of("it answers " + response.getStatus());
      case TYPE_NOT_SET -> Optional.of("it sent neither a block nor a status");
    };
  }

  private Envelope seek(long from) {
    ByteString hash =
        clientKeyPair.isPresent() && tls ? clientKeyPair.get().certificateHash() : ByteString.EMPTY;
    SeekInfo seek =
        SeekInfo.newBuilder()
            .setStart(at(from))
            .setStop(at(Long.MAX_VALUE))
            .setBehavior(SeekInfo.SeekBehavior.BLOCK_UNTIL_READY)
            .build();
    return signer.envelope(HeaderType.DELIVER_SEEK_INFO, channelId, seek.toByteString(), hash);
  }

  private static SeekPosition at(long number) {
    return SeekPosition.newBuilder()
        .setSpecified(SeekSpecified.newBuilder().setNumber(number))
        .build();
  }

  private sealed interface Event {
    record Received(DeliverResponse response) implements Event {}

    record Ended(String reason) implements Event {}
  }

  /// What an orderer sent. gRPC's thread fills it; it asks for no more than has room.
  private static final class Inbox implements ClientResponseObserver<Envelope, DeliverResponse> {
    final BlockingQueue<Event> events = new ArrayBlockingQueue<>(IN_FLIGHT + 1);
    private @Nullable ClientCallStreamObserver<Envelope> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<Envelope> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(IN_FLIGHT);
    }

    void requestNext() {
      if (call != null) {
        call.request(1);
      }
    }

    @Override
    public void onNext(DeliverResponse response) {
      events.add(new Event.Received(response));
    }

    @Override
    public void onError(Throwable error) {
      events.add(new Event.Ended(error.getMessage() == null ? "" + error : error.getMessage()));
    }

    @Override
    public void onCompleted() {
      events.add(new Event.Ended("it ended the stream"));
    }
  }
}
