package io.denim.gossip.privdata;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.Incoming;
import io.denim.gossip.comm.RemotePeer;
import io.denim.policy.SignedData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;
import org.hyperledger.fabric.protos.gossip.PvtDataElement;
import org.hyperledger.fabric.protos.gossip.RemotePvtDataResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers other peers' requests for private data. Few answers are made at once, and none is larger
/// than a message may be: who lacks the rest asks again. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/privdata/pull.go.
public final class PrivateDataAnswering {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.privdata");
  private static final int MAX_DIGESTS = 20_000;
  private static final long MAX_ANSWER_BYTES = 32L << 20;
  private static final int AT_ONCE = 4;

  private final PrivateDataHolder holder;
  private final Semaphore slots = new Semaphore(AT_ONCE);

  private PrivateDataAnswering(PrivateDataHolder holder) {
    this.holder = holder;
  }

  /// Begins to answer.
  public static void start(Communication communication, PrivateDataHolder holder) {
    communication.handle(
        GossipMessage.ContentCase.PRIVATEREQ, "", new PrivateDataAnswering(holder)::answer);
    // Answers are taken by those who wait for them; what comes later is of no use.
    communication.handle(GossipMessage.ContentCase.PRIVATERES, "", late -> {});
  }

  private void answer(Incoming incoming) throws InterruptedException {
    List<PvtDataDigest> digests = incoming.message().getPrivateReq().getDigestsList();
    if (digests.size() > MAX_DIGESTS) {
      LOG.warn("{} asks for {} private write sets at once", incoming.from(), digests.size());
      return;
    }
    slots.acquire();
    RemotePvtDataResponse response;
    try {
      response = response(incoming.channelId(), digests, incoming.from());
    } finally {
      slots.release();
    }
    LOG.debug(
        "{} gets {} of {} private write sets",
        incoming.from(),
        response.getElementsCount(),
        digests.size());
    GossipMessage answer =
        GossipMessage.newBuilder()
            .setChannel(incoming.message().getChannel())
            .setTag(GossipMessage.Tag.CHAN_ONLY)
            .setPrivateRes(response)
            .build();
    if (!incoming.answer(answer)) {
      LOG.warn("{} does not take the private data that it asked for", incoming.from());
    }
  }

  private RemotePvtDataResponse response(
      String channelId, List<PvtDataDigest> digests, RemotePeer asker) {
    SignedData proof =
        new SignedData(asker.signedData(), asker.identity().serialized(), asker.signature());
    RemotePvtDataResponse.Builder response = RemotePvtDataResponse.newBuilder();
    long bytes = 0;
    for (Map.Entry<Long, List<PvtDataDigest>> block : byBlock(digests).entrySet()) {
      Map<PvtDataDigest, List<ByteString>> found =
          holder.find(channelId, block.getKey(), block.getValue(), proof);
      for (Map.Entry<PvtDataDigest, List<ByteString>> each : found.entrySet()) {
        for (ByteString set : each.getValue()) {
          bytes += set.size();
        }
        if (bytes > MAX_ANSWER_BYTES && response.getElementsCount() > 0) {
          return response.build();
        }
        response.addElements(
            PvtDataElement.newBuilder().setDigest(each.getKey()).addAllPayload(each.getValue()));
      }
    }
    return response.build();
  }

  private static Map<Long, List<PvtDataDigest>> byBlock(List<PvtDataDigest> digests) {
    Map<Long, List<PvtDataDigest>> byBlock = new LinkedHashMap<>();
    for (PvtDataDigest digest : digests) {
      byBlock.computeIfAbsent(digest.getBlockSeq(), block -> new ArrayList<>()).add(digest);
    }
    return byBlock;
  }
}
