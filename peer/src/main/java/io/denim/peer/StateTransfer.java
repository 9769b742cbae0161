package io.denim.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.StateTransferSettings;
import io.denim.gossip.comm.Answer;
import io.denim.gossip.core.ChannelMember;
import io.denim.gossip.state.StateRequests;
import io.denim.wire.WireParser;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Payload;
import org.hyperledger.fabric.protos.gossip.PvtDataPayload;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Catches up from other peers of a channel that have more blocks: where no orderer is in reach, or
/// where this one does not ask orderers, or always if it is configured. What they give is judged as
/// what orderers deliver. One thread of its own does it all, one channel after the other.
///
/// Follows fabric v3.1.5 gossip/state/state.go.
final class StateTransfer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.state");
  private static final WireParser<Block> BLOCKS = WireParser.of(Block.getDefaultInstance());
  private static final long TICK_MILLIS = 1_000;

  /// After a start, when others are known by then, it does not take a whole interval.
  private static final long FIRST_CHECK_MILLIS = 3_000;

  /// For a channel without orderers, so that others get their turn.
  private static final int BATCHES_IN_TURN = 100;

  private final PeerChannels channels;
  private final OrdererDeliveries deliveries;
  private final StateRequests requests;
  private final StateTransferSettings settings;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  StateTransfer(
      PeerChannels channels,
      OrdererDeliveries deliveries,
      StateRequests requests,
      StateTransferSettings settings,
      InstantSource clock) {
    this.channels = channels;
    this.deliveries = deliveries;
    this.requests = requests;
    this.settings = settings;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("state-transfer").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long lastCheck = clock.millis() - settings.checkInterval().toMillis() + FIRST_CHECK_MILLIS;
    try {
      while (!closed.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        long now = clock.millis();
        boolean due = now - lastCheck >= settings.checkInterval().toMillis();
        if (due) {
          lastCheck = now;
        }
        for (PeerChannel channel : channels.all()) {
          if (channel.failure().isPresent()) {
            deliveries.cannotCommit(channel.id());
          } else if (isWanted(channel.id(), due)) {
            tryToCatchUp(channel);
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("State transfer stops");
    }
  }

  /// A peer that takes no blocks from orderers would never catch up otherwise, whatever it is
  /// configured to do.
  private boolean isWanted(String channelId, boolean due) {
    return deliveries.isCutOff(channelId)
        || (due && (settings.enabled() || deliveries.isFollower(channelId)));
  }

  private void tryToCatchUp(PeerChannel channel) throws InterruptedException {
    try {
      catchUp(channel);
    } catch (RuntimeException e) { // the other channels go on
      LOG.error("[channel: {}] Catching up failed: {}", channel.id(), e.getMessage(), e);
    }
  }

  private void catchUp(PeerChannel channel) throws InterruptedException {
    long begun = channel.intake().next();
    for (int batch = 0; batch < BATCHES_IN_TURN && closed.getCount() > 0; batch++) {
      long next = channel.intake().next();
      List<ChannelMember> holders = requests.holders(channel.id(), next);
      if (!anyHelps(channel, holders, next)) {
        break;
      }
    }
    long end = channel.intake().next();
    if (end != begun) {
      LOG.info(
          "[channel: {}] Got blocks [{}] to [{}] from other peers{}",
          channel.id(),
          begun,
          end - 1,
          deliveries.isCutOff(channel.id()) ? ", since no orderer is in reach" : "");
    }
  }

  private boolean anyHelps(PeerChannel channel, List<ChannelMember> holders, long next)
      throws InterruptedException {
    int asked = 0;
    for (ChannelMember peer : holders) {
      if (asked++ > settings.maxRetries()) {
        break;
      }
      long last = Math.min(next + settings.batchSize(), peer.ledgerHeight()) - 1;
      Optional<String> problem =
          switch (requests.ask(peer, channel.id(), next, last)) {
            case Answer.Missing(String reason) -> Optional.of(reason);
            case Answer.Received(GossipMessage message) ->
                take(channel, message.getStateResponse().getPayloadsList());
          };
      if (problem.isPresent()) {
        LOG.warn(
            "[channel: {}] Blocks [{}] to [{}] are not to be had from {}: {}",
            channel.id(),
            next,
            last,
            peer.member().preferredEndpoint(),
            problem.get());
      }
      if (channel.intake().next() != next) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> take(PeerChannel channel, List<Payload> payloads)
      throws InterruptedException {
    if (payloads.isEmpty()) {
      return Optional.of("it has given none");
    }
    for (Payload payload : payloads) {
      Optional<String> problem;
      try {
        problem =
            channel
                .intake()
                .take(BLOCKS.parse(payload.getData()), privateData(payload.getPrivateDataList()));
      } catch (InvalidProtocolBufferException e) {
        problem = Optional.of("block [" + payload.getSeqNum() + "] does not parse");
      }
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Map<Integer, TxPvtReadWriteSet> privateData(List<ByteString> payloads)
      throws InvalidProtocolBufferException {
    Map<Integer, TxPvtReadWriteSet> data = new HashMap<>();
    for (ByteString each : payloads) {
      PvtDataPayload payload = PvtDataPayload.parseFrom(each);
      data.put((int) payload.getTxSeqInBlock(), TxPvtReadWriteSet.parseFrom(payload.getPayload()));
    }
    return data;
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      if (thread.getState() != Thread.State.NEW) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
