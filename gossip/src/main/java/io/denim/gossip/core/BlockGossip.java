package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.core.Outbox.Destination;
import org.hyperledger.fabric.protos.gossip.DataMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.Payload;

/// Brings blocks to the peers of an organization: who has one from an orderer pushes it to some,
/// each of which passes it on once, and whom it passes by pulls it. A block is kept, and passed on,
/// once its orderers' signatures are verified. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/channel/channel.go, gossip/gossip/gossip_impl.go
/// gossipBatch.
///
/// @param own this peer's organization
record BlockGossip(String own, Channels.Peers peers, Timing timing) {
  /// A block was pushed.
  void received(ChannelGossip channel, PeerIdentity sender, Channels.Message message) {
    Payload block = message.message().getDataMsg().getPayload();
    if (sender.mspId().equals(own) && channel.blocks().take(message.envelope(), block)) {
      deliver(channel, block);
      spread(channel, message.envelope(), sender.pkiId());
    }
  }

  private void deliver(ChannelGossip channel, Payload block) {
    peers
        .outbox()
        .add(new Effect.Deliver(channel.status().channelId(), block.getSeqNum(), block.getData()));
  }

  private void spread(ChannelGossip channel, Envelope envelope, ByteString except) {
    for (Member to :
        peers.pick(
            timing.propagatePeers(),
            member -> !member.pkiId().equals(except) && shares(channel, member))) {
      peers.outbox().send(to.destination(), envelope);
    }
  }

  private boolean shares(ChannelGossip channel, Member member) {
    return member.mspId().equals(own) && channel.isIn(member.pkiId());
  }

  /// Takes a block that this peer has from an orderer to others.
  void disseminate(ChannelGossip channel, long number, ByteString block) {
    if (!channel.blocks().isNews(number)) {
      return;
    }
    GossipMessage message =
        GossipMessage.newBuilder()
            .setChannel(ByteString.copyFromUtf8(channel.status().channelId()))
            .setTag(GossipMessage.Tag.CHAN_AND_ORG)
            .setDataMsg(
                DataMessage.newBuilder()
                    .setPayload(Payload.newBuilder().setSeqNum(number).setData(block)))
            .build();
    Envelope envelope = Envelope.newBuilder().setPayload(message.toByteString()).build();
    channel.blocks().keep(envelope, number);
    spread(channel, envelope, ByteString.EMPTY);
  }

  /// Asks some peers for blocks that this one has missed.
  void pull(ChannelGossip channel, long now) {
    for (Member member : peers.pick(timing.pullPeers(), each -> shares(channel, each))) {
      channel.blockPull().hello(member.destination(), now);
    }
  }

  /// One of a pull's messages has come.
  void receivedPull(
      Destination back,
      ChannelGossip channel,
      PeerIdentity sender,
      GossipMessage message,
      long now) {
    if (!sender.mspId().equals(own) || !channel.isIn(sender.pkiId())) {
      return;
    }
    for (ByteString name : channel.blockPull().received(back, message, number -> true, now)) {
      channel.blocks().item(name).ifPresent(item -> deliver(channel, payload(item)));
    }
  }

  private static Payload payload(Envelope item) {
    try {
      return GossipMessage.parseFrom(item.getPayload()).getDataMsg().getPayload();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was taken for a block is none", e);
    }
  }
}
