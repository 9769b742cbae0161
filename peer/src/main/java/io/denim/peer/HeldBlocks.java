package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.gossip.ChannelJudge;
import io.denim.gossip.state.BlockHolder;
import io.denim.ledger.CollectionName;
import io.denim.ledger.TxPvtData;
import io.denim.policy.SignedData;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.Payload;
import org.hyperledger.fabric.protos.gossip.PvtDataPayload;

/// Gives other peers that may read a channel its blocks, with the private data of those collections
/// that they are members of (fabric v3.1.5 gossip/privdata/coordinator.go GetPvtDataAndBlockByNum).
record HeldBlocks(PeerChannels channels, CollectionMembership membership, ChannelJudge readers)
    implements BlockHolder {
  @Override
  public Optional<Long> height(String channelId, SignedData asker) {
    return channels
        .channel(channelId)
        .filter(channel -> readers.reads(channelId, asker))
        .map(PeerChannel::height);
  }

  @Override
  public Optional<Payload> block(String channelId, long number, SignedData asker) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    return channel
        .flatMap(each -> each.blocks().blockByNumber(number))
        .map(block -> {
          Payload.Builder payload =
              Payload.newBuilder().setSeqNum(number).setData(block.toByteString());
          Map<CollectionName, Boolean> judged = new HashMap<>();
          for (TxPvtData data :
              channel
                  .get()
                  .ledger()
                  .privateData(
                      number,
                      name ->
                          judged.computeIfAbsent(
                              name, each -> membership.isMember(channel.get(), each, asker)))) {
            payload.addPrivateData(bytes(data));
          }
          return payload.build();
        });
  }

  private static ByteString bytes(TxPvtData data) {
    return PvtDataPayload.newBuilder()
        .setTxSeqInBlock(data.txNumber())
        .setPayload(data.writeSet().toByteString())
        .build()
        .toByteString();
  }
}
