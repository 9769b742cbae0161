package io.denim.gossip.state;

import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.Incoming;
import io.denim.gossip.comm.RemotePeer;
import io.denim.policy.SignedData;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Payload;
import org.hyperledger.fabric.protos.gossip.RemoteStateRequest;
import org.hyperledger.fabric.protos.gossip.RemoteStateResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers other peers' requests for blocks. Few answers are made at once, and none is larger than
/// a message may be: who lacks the rest goes on from there. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/state/state.go.
public final class StateAnswering {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.state");
  private static final long MAX_ANSWER_BYTES = 32L << 20;
  private static final int AT_ONCE = 2;

  private final BlockHolder holder;
  private final int batchSize;
  private final Semaphore slots = new Semaphore(AT_ONCE);

  private StateAnswering(BlockHolder holder, int batchSize) {
    this.holder = holder;
    this.batchSize = batchSize;
  }

  /// Begins to answer.
  ///
  /// @param batchSize how many blocks behind the first one may be asked for at once
  public static void start(Communication communication, BlockHolder holder, int batchSize) {
    communication.handle(
        GossipMessage.ContentCase.STATE_REQUEST, "", new StateAnswering(holder, batchSize)::answer);
    // Answers are taken by those who wait for them; what comes later is of no use.
    communication.handle(GossipMessage.ContentCase.STATE_RESPONSE, "", late -> {});
  }

  private void answer(Incoming incoming) throws InterruptedException {
    RemoteStateRequest request = incoming.message().getStateRequest();
    long first = request.getStartSeqNum();
    long last = request.getEndSeqNum();
    if (first < 0 || last < first || last - first > batchSize) {
      LOG.warn(
          "{} asks for blocks [{}] to [{}], which is not answered: at most {} are given at once",
          incoming.from(),
          Long.toUnsignedString(first),
          Long.toUnsignedString(last),
          batchSize + 1);
      return;
    }
    RemotePeer from = incoming.from();
    SignedData asker =
        new SignedData(from.signedData(), from.identity().serialized(), from.signature());
    Optional<Long> height = holder.height(incoming.channelId(), asker);
    if (height.isEmpty()) {
      LOG.warn(
          "{} asks for blocks of channel {}, which it may not read or which is not here",
          from,
          incoming.channelId());
      return;
    }
    slots.acquire();
    RemoteStateResponse response;
    try {
      response = blocks(incoming.channelId(), first, Math.min(last, height.get() - 1), asker);
    } finally {
      slots.release();
    }
    LOG.debug("{} gets {} blocks from [{}] on", from, response.getPayloadsCount(), first);
    GossipMessage answer =
        GossipMessage.newBuilder()
            .setChannel(incoming.message().getChannel())
            .setTag(GossipMessage.Tag.CHAN_OR_ORG)
            .setStateResponse(response)
            .build();
    if (!incoming.answer(answer)) {
      LOG.warn("{} does not take the blocks that it asked for", from);
    }
  }

  private RemoteStateResponse blocks(String channelId, long first, long last, SignedData asker) {
    RemoteStateResponse.Builder response = RemoteStateResponse.newBuilder();
    long bytes = 0;
    for (long number = first; number <= last; number++) {
      Optional<Payload> block = holder.block(channelId, number, asker);
      if (block.isEmpty()) {
        break; // what is behind it would be of no use
      }
      bytes += block.get().getSerializedSize();
      if (bytes > MAX_ANSWER_BYTES && response.getPayloadsCount() > 0) {
        break;
      }
      response.addPayloads(block.get());
    }
    return response.build();
  }
}
