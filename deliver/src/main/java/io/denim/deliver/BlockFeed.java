package io.denim.deliver;

import io.denim.deliver.OrdererStream.Event;
import io.denim.identity.EnvelopeSigner;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.orderer.DeliverResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a channel's blocks from its orderers, one after the other, for as long as it is open and
/// wanted (fabric v3.1.5 common/deliverclient/blocksprovider). Where an orderer fails, keeps back
/// what others have or sends what the taker refuses, the next one is asked. At most a few blocks
/// are in flight. One thread of its own does it all; `follow` and `close` are for any thread.
public final class BlockFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockFeed.class);

  private final String channelId;
  private final Taker taker;
  private final OrdererRequests requests;
  private final FeedTiming timing;
  private final FeedGate gate = new FeedGate();
  private final Thread thread;
  private boolean delivered; // a block, since all orderers were asked last; owned by the thread
  private @Nullable OrdererEndpoint withholder; // the last one that was; owned by the thread

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

    /// Is told that this has been so for all of the feed's patience. The feed goes on.
    default void pausedLong() {}

    /// Judges headers without data, where some orderers may lie, so that the headers of all are
    /// followed; empty where they crash at worst.
    default Optional<HeaderCheck> headerCheck() {
      return Optional.empty();
    }
  }

  /// Tells headers that enough orderers have signed from others.
  @FunctionalInterface
  public interface HeaderCheck {
    /// @param header without data
    /// @return why it is not to be believed, empty if it is
    Optional<String> problem(Block header);
  }

  /// How orderers are connected to.
  ///
  /// @param tls false for plain text
  /// @param keyPair shown to orderers that ask for a client certificate
  public record Connection(boolean tls, Optional<TlsKeyPair> keyPair) {}

  /// A feed with the usual patience.
  public BlockFeed(String channelId, Taker taker, EnvelopeSigner signer, Connection connection) {
    this(channelId, taker, signer, connection, FeedTiming.defaults());
  }

  public BlockFeed(
      String channelId,
      Taker taker,
      EnvelopeSigner signer,
      Connection connection,
      FeedTiming timing) {
    this.channelId = channelId;
    this.taker = taker;
    this.timing = timing;
    this.requests = new OrdererRequests(channelId, signer, connection, timing.connectTimeout());
    this.thread = Thread.ofVirtual().name("block-feed-" + channelId).unstarted(this::run);
  }

  /// Begins, and follows the orderers unless it is told that it shall not.
  public void start() {
    thread.start();
  }

  /// Has the feed follow the orderers, or leave them alone, from now on. Does not wait.
  public void follow(boolean wanted) {
    gate.set(wanted);
  }

  @Override
  public void close() {
    gate.close();
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = timing.firstPause();
    Duration paused = Duration.ZERO;
    try {
      while (gate.awaitOpen()) {
        delivered = false;
        for (OrdererEndpoint orderer : inRandomOrder(taker.orderers())) {
          if (gate.isOpen()) {
            followUntilItFails(orderer);
          }
        }
        if (delivered || !gate.isOpen()) {
          pause = timing.firstPause();
          paused = Duration.ZERO;
        } else {
          pause = timing.longer(pause);
          paused = paused.plus(pause);
        }
        taker.outOfReach(!delivered && gate.isOpen());
        if (paused.compareTo(timing.totalPause()) > 0) {
          paused = Duration.ZERO;
          taker.pausedLong();
        }
        gate.pause(pause);
      }
    } catch (InterruptedException e) {
      LOG.debug("[channel: {}] the feed of blocks stops", channelId);
    } catch (RuntimeException e) {
      LOG.error("[channel: {}] the feed of blocks broke: {}", channelId, e.getMessage(), e);
    }
  }

  /// With one that kept back blocks last.
  private List<OrdererEndpoint> inRandomOrder(List<OrdererEndpoint> orderers) {
    List<OrdererEndpoint> shuffled = new ArrayList<>(orderers);
    Collections.shuffle(shuffled);
    if (withholder != null && shuffled.remove(withholder)) {
      shuffled.add(withholder);
    }
    return shuffled;
  }

  private void followUntilItFails(OrdererEndpoint orderer) throws InterruptedException {
    try (OrdererStream stream = requests.ask(orderer, OrdererRequests.blocksFrom(taker.next()))) {
      gate.enter(stream);
      String reason = follow(orderer, stream);
      if (gate.isOpen()) {
        LOG.warn(
            "[channel: {}] Orderer {} delivers no more blocks: {}",
            channelId,
            orderer.address(),
            reason);
      } else {
        LOG.info("[channel: {}] The feed of blocks from the orderers rests", channelId);
      }
    } catch (TlsConfigurationException e) {
      LOG.warn(
          "[channel: {}] Cannot connect to orderer {}: {}",
          channelId,
          orderer.address(),
          e.getMessage());
    } catch (RuntimeException e) { // such as a disk's fault where blocks are stored; it may pass
      LOG.error(
          "[channel: {}] A block from orderer {} could not be dealt with: {}",
          channelId,
          orderer.address(),
          e.getMessage(),
          e);
    }
  }

  /// Takes blocks until something is wrong, and says what.
  private String follow(OrdererEndpoint orderer, OrdererStream stream) throws InterruptedException {
    try (Withholding watch = watchOver(orderer)) {
      while (gate.isOpen()) {
        long begun = System.nanoTime();
        Event event = stream.next(watch.interval());
        Duration waited = Duration.ofNanos(System.nanoTime() - begun);
        switch (event) {
          case Event.Ended(String reason) -> {
            return reason;
          }
          case Event.Received(DeliverResponse response) -> {
            Optional<String> problem = take(response);
            if (problem.isPresent()) {
              return problem.get();
            }
            LOG.trace("[channel: {}] a block came from {}", channelId, orderer.address());
          }
          case Event.Silence() -> {
            if (!taker.orderers().contains(orderer)) {
              return "the channel's configuration names it no more";
            }
          }
        }
        Optional<String> suspicion =
            watch.suspicion(taker.next(), waited, event instanceof Event.Silence);
        if (suspicion.isPresent()) {
          withholder = orderer;
          return suspicion.get();
        }
      }
      return "this feed is not wanted";
    }
  }

  private Withholding watchOver(OrdererEndpoint orderer) {
    List<OrdererEndpoint> others = new ArrayList<>(taker.orderers());
    others.remove(orderer);
    Optional<HeaderCheck> check = taker.headerCheck();
    return check.isPresent()
        ? HeaderWatch.start(requests, timing, check.get(), others)
        : new StallProbe(requests, others, timing.stallTimeout());
  }

  private Optional<String> take(DeliverResponse response) throws InterruptedException {
    return switch (response.getTypeCase()) {
      case BLOCK -> {
        Optional<String> problem = taker.take(response.getBlock());
        if (problem.isEmpty()) {
          delivered = true;
          taker.outOfReach(false);
        }
        yield problem;
      }
      case STATUS -> Optional.of("it answers " + response.getStatus());
      case TYPE_NOT_SET -> Optional.of("it sent neither a block nor a status");
    };
  }
}
