package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import io.denim.gossip.comm.PkiId;
import io.denim.gossip.core.Outbox.Destination;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.StateInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The channels that this peer is in: finds the one that a message belongs to, and passes on what
/// is new. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/gossip/chanstate.go, gossip/gossip/gossip_impl.go gossipBatch.
final class Channels {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.channel");

  private final ChannelGossip.Parts parts;
  private final Peers peers;
  private final Timing timing;
  private final Map<String, ChannelGossip> channels = new HashMap<>();
  private final BlockGossip blocks;
  private final Elections elections;
  private boolean changed = true;

  /// The other peers and the way to them.
  record Peers(Membership membership, Outbox outbox, RandomGenerator random) {
    List<Member> pick(int count, java.util.function.Predicate<Member> wanted) {
      return membership.pick(count, wanted, random);
    }
  }

  /// A message as it came.
  record Message(Envelope envelope, GossipMessage message) {}

  Channels(
      ChannelGossip.Parts parts, Peers peers, Timing timing, Optional<ElectionTiming> election) {
    this.parts = parts;
    this.peers = peers;
    this.timing = timing;
    this.blocks = new BlockGossip(parts.self().mspId(), peers, timing);
    this.elections = new Elections(election, parts, peers);
  }

  /// Who leads in each of them.
  Elections elections() {
    return elections;
  }

  boolean hasChanged() {
    return changed;
  }

  Map<String, List<ChannelMember>> view(List<Member> alive) {
    changed = false;
    Map<String, List<ChannelMember>> view = new HashMap<>();
    channels.forEach((channelId, channel) -> view.put(channelId, channel.members(alive)));
    return view;
  }

  /// Takes the channels as they are.
  ///
  /// @return whether a channel or a configuration is new
  boolean update(List<ChannelStatus> statuses, long now) {
    boolean configured =
        channels
            .keySet()
            .removeIf(channelId ->
                statuses.stream().noneMatch(status -> status.channelId().equals(channelId)));
    elections.retain(channels.keySet());
    for (ChannelStatus status : statuses) {
      ChannelGossip channel = channels.get(status.channelId());
      if (channel == null) {
        LOG.info(
            "Joining gossip network of channel {} with {} organizations",
            status.channelId(),
            status.organizations().size());
        channel = new ChannelGossip(status, parts, peers, timing, now);
        channels.put(status.channelId(), channel);
        elections.open(status.channelId(), channel, now);
        configured = true;
        continue;
      }
      configured |= channel.status().configSequence() != status.configSequence();
      if (channel.update(status, now)) {
        spread(channel, channel.publishNow(now), parts.self().pkiId(), ByteString.EMPTY);
      }
    }
    changed |= configured;
    return configured;
  }

  List<ChannelStatus.Anchor> anchors() {
    List<ChannelStatus.Anchor> anchors = new ArrayList<>();
    channels.values().forEach(channel -> anchors.addAll(channel.status().anchors()));
    return anchors;
  }

  /// Tells others where this peer has got to.
  void publish(long now) {
    if (peers.membership().aliveCount() == 0) {
      return;
    }
    for (ChannelGossip channel : channels.values()) {
      channel
          .publication(now, timing.publishStateInfoInterval().toMillis())
          .ifPresent(envelope -> spread(channel, envelope, parts.self().pkiId(), ByteString.EMPTY));
    }
  }

  /// Asks some peers of each channel for what they know.
  void requestStateInfo() {
    for (ChannelGossip channel : channels.values()) {
      for (Member member :
          peers.pick(timing.pullPeers(), each -> channel.hasOrganization(each.mspId()))) {
        peers.outbox().send(member.destination(), channel.request());
      }
    }
  }

  /// Tells a peer that has just appeared of this one's channels, and asks for its own.
  void introduce(Member member, long now) {
    boolean own = member.mspId().equals(parts.self().mspId());
    for (ChannelGossip channel : channels.values()) {
      if (channel.hasOrganization(member.mspId()) && (own || !parts.self().endpoint().isEmpty())) {
        peers.outbox().send(member.destination(), channel.request());
        peers.outbox().send(member.destination(), channel.publishNow(now));
      }
    }
  }

  private void spread(
      ChannelGossip channel, Envelope envelope, ByteString author, ByteString except) {
    boolean external =
        author.equals(parts.self().pkiId())
            ? !parts.self().endpoint().isEmpty()
            : peers
                .membership()
                .known(author)
                .filter(member -> !member.endpoint().isEmpty())
                .isPresent();
    String own = parts.self().mspId();
    for (Member to :
        peers.pick(
            timing.propagatePeers(),
            member ->
                !member.pkiId().equals(except)
                    && !member.pkiId().equals(author)
                    && (external
                        ? channel.hasOrganization(member.mspId())
                        : member.mspId().equals(own)))) {
      peers.outbox().send(to.destination(), envelope);
    }
  }

  /// A message of a channel has come.
  void received(Destination back, PeerIdentity sender, Message message, long now) {
    Optional<ChannelGossip> found = channel(sender, message.message());
    if (found.isEmpty() || !found.get().hasOrganization(sender.mspId())) {
      return;
    }
    ChannelGossip channel = found.get();
    switch (message.message().getContentCase()) {
      case STATE_INFO -> onStateInfo(channel, sender, message, now);
      case STATE_INFO_PULL_REQ ->
          peers.outbox().send(back, channel.snapshot(sender.mspId(), peers.membership()::known));
      case STATE_SNAPSHOT -> changed |= channel.take(message.message().getStateSnapshot(), now);
      case DATA_MSG -> blocks.received(channel, sender, message);
      case HELLO, DATA_DIG, DATA_REQ, DATA_UPDATE ->
          blocks.receivedPull(back, channel, sender, message.message(), now);
      case LEADERSHIP_MSG -> elections.received(channel.status().channelId(), sender, message, now);
      default -> {}
    }
  }

  /// Takes a block that this peer has from an orderer to others.
  void disseminate(String channelId, long number, ByteString block) {
    ChannelGossip channel = channels.get(channelId);
    if (channel != null) {
      blocks.disseminate(channel, number, block);
    }
  }

  /// Asks for blocks that this peer has missed.
  void pullBlocks(long now) {
    channels.values().forEach(channel -> blocks.pull(channel, now));
  }

  private void onStateInfo(ChannelGossip channel, PeerIdentity sender, Message message, long now) {
    StateInfo info = message.message().getStateInfo();
    LOG.debug(
        "State of {} in {}: {}",
        PkiId.brief(info.getPkiId()),
        channel.status().channelId(),
        info.getProperties());
    if (channel.take(message.envelope(), info, now)) {
      changed = true;
      spread(channel, message.envelope(), info.getPkiId(), sender.pkiId());
    }
  }

  private Optional<ChannelGossip> channel(PeerIdentity sender, GossipMessage message) {
    return switch (message.getContentCase()) {
      case STATE_INFO ->
          byMac(message.getStateInfo().getPkiId(), message.getStateInfo().getChannelMAC());
      case STATE_INFO_PULL_REQ ->
          byMac(sender.pkiId(), message.getStateInfoPullReq().getChannelMAC());
      default -> Optional.ofNullable(channels.get(message.getChannel().toStringUtf8()));
    };
  }

  /// The author shows by the MAC that it knows the channel's name.
  private Optional<ChannelGossip> byMac(ByteString author, ByteString mac) {
    for (ChannelGossip channel : channels.values()) {
      if (channel.mac(author).equals(mac)) {
        return Optional.of(channel);
      }
    }
    return Optional.empty();
  }

  void retain(Function<ByteString, Optional<Member>> members) {
    channels.values().forEach(channel -> channel.retain(members));
  }

  void forget(ByteString pkiId) {
    channels.values().forEach(channel -> channel.forget(pkiId));
    elections.forget(pkiId);
    changed = true;
  }
}
