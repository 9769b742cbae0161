package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.LeadershipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The elections in all channels, and their messages: signed by who tells of itself, for peers of
/// the own organization alone, which do not pass them on. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/election/adapter.go, gossip/gossip/channel/channel.go,
/// gossip/gossip/gossip_impl.go validateLeadershipMessage.
final class Elections {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.election");
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private final Optional<ElectionTiming> timing;
  private final ChannelGossip.Parts parts;
  private final Channels.Peers peers;
  private final Map<String, Held> held = new HashMap<>();

  /// One channel's.
  private record Held(Voters voters, Election election, Map<ByteString, PeerTimestamp> heard) {}

  /// @param timing empty where nobody is elected
  Elections(Optional<ElectionTiming> timing, ChannelGossip.Parts parts, Channels.Peers peers) {
    this.timing = timing;
    this.parts = parts;
    this.peers = peers;
  }

  /// Begins to elect in a channel.
  void open(String channelId, ChannelGossip channel, long now) {
    if (timing.isPresent()) {
      Voters voters = new Voters(channelId, channel, now);
      Election election = new Election(parts.self().pkiId(), timing.get(), voters, now);
      held.put(channelId, new Held(voters, election, new HashMap<>()));
      voters.leads(false);
    }
  }

  void retain(Set<String> channelIds) {
    held.keySet().retainAll(channelIds);
  }

  void tick(long now) {
    held.values().forEach(each -> each.election().tick(now));
  }

  void yieldLeadership(String channelId, long now) {
    Held channel = held.get(channelId);
    if (channel != null) {
      channel.election().yieldLeadership(now);
    }
  }

  /// Takes a message that came from a peer of the channel.
  void received(String channelId, PeerIdentity sender, Channels.Message message, long now) {
    Held channel = held.get(channelId);
    if (channel == null || message.envelope().getSerializedSize() > MAX_MESSAGE_BYTES) {
      return;
    }
    LeadershipMessage told = message.message().getLeadershipMsg();
    Optional<PeerIdentity> author = parts.identities().get(told.getPkiId(), now);
    String own = parts.self().mspId();
    if (!sender.mspId().equals(own)
        || author.isEmpty()
        || !author.get().mspId().equals(own)
        || told.getPkiId().equals(parts.self().pkiId())) {
      LOG.warn(
          "A leadership message from {} of {} is refused: it is not of this organization's peers",
          message.message().getChannel().toStringUtf8(),
          sender.mspId());
      return;
    }
    PeerTimestamp timestamp = PeerTimestamp.of(told.getTimestamp());
    PeerTimestamp last = channel.heard().get(told.getPkiId());
    if (last != null && !timestamp.isAfter(last)) {
      return;
    }
    Envelope envelope = message.envelope();
    if (!parts
        .crypto()
        .verify(author.get().serialized(), envelope.getPayload(), envelope.getSignature())) {
      LOG.warn("A leadership message is refused: its author has not signed it");
      return;
    }
    channel.heard().put(told.getPkiId(), timestamp);
    channel.election().heard(told.getPkiId(), told.getIsDeclaration(), now);
  }

  void forget(ByteString pkiId) {
    held.values().forEach(each -> each.heard().remove(pkiId));
  }

  /// The peers of the own organization in one channel.
  private final class Voters implements Election.Electorate {
    private final String channelId;
    private final ChannelGossip channel;
    private final long incarnation;
    private long sequence;

    Voters(String channelId, ChannelGossip channel, long now) {
      this.channelId = channelId;
      this.channel = channel;
      this.incarnation = now * 1_000_000;
    }

    private boolean has(Member member) {
      return member.mspId().equals(parts.self().mspId()) && channel.isIn(member.pkiId());
    }

    @Override
    public Set<ByteString> peers() {
      Set<ByteString> ids = new HashSet<>();
      for (Member member : peers.membership().aliveMembers()) {
        if (has(member)) {
          ids.add(member.pkiId());
        }
      }
      return ids;
    }

    @Override
    public void tell(boolean declaration) {
      ByteString payload =
          GossipMessage.newBuilder()
              .setTag(GossipMessage.Tag.CHAN_AND_ORG)
              .setChannel(ByteString.copyFromUtf8(channelId))
              .setLeadershipMsg(
                  LeadershipMessage.newBuilder()
                      .setPkiId(parts.self().pkiId())
                      .setTimestamp(
                          PeerTime.newBuilder().setIncNum(incarnation).setSeqNum(++sequence))
                      .setIsDeclaration(declaration))
              .build()
              .toByteString();
      Envelope envelope =
          Envelope.newBuilder()
              .setPayload(payload)
              .setSignature(parts.crypto().sign(payload))
              .build();
      for (Member member : peers.membership().aliveMembers()) {
        if (has(member)) {
          peers.outbox().send(member.destination(), envelope);
        }
      }
    }

    @Override
    public void leads(boolean leads) {
      peers.outbox().add(new Effect.Lead(channelId, leads));
    }
  }
}
