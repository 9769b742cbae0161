package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.identity.SigningIdentity;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.PeerTime;

/// The membership of a peer that knows of no other: itself, in messages that it signs as gossip
/// does. Safe for use by any thread.
///
/// Follows fabric v3.1.5 gossip/discovery, gossip/gossip/channel, internal/peer/gossip/mcs.go.
public final class SelfMembership implements Membership {
  private final SigningIdentity self;
  private final Function<String, Optional<OwnState>> channels;
  private final KnownPeer known;
  private final GossipMessages messages;
  private final long incarnation;
  private final AtomicLong sequence = new AtomicLong();
  private final ConcurrentHashMap<String, ChannelPeer> told = new ConcurrentHashMap<>();

  /// What this peer tells about itself in a channel.
  ///
  /// @param chaincodes by name those it can run, with the sequence of their definition as text
  public record OwnState(long ledgerHeight, Map<String, String> chaincodes) {
    public OwnState {
      chaincodes = Map.copyOf(chaincodes);
    }
  }

  /// @param endpoint `host:port` at which others reach this peer
  /// @param channels this peer's state in the channels it has joined
  public SelfMembership(
      SigningIdentity self,
      String endpoint,
      Function<String, Optional<OwnState>> channels,
      InstantSource clock) {
    this.self = self;
    this.channels = channels;
    this.messages = GossipMessages.of(self.serialized());
    this.incarnation = clock.millis() * 1_000_000;
    this.known =
        new KnownPeer(
            self.mspId(),
            self.serialized(),
            endpoint,
            signed(messages.alive(endpoint, timestamp())));
  }

  private PeerTime timestamp() {
    return PeerTime.newBuilder()
        .setIncNum(incarnation)
        .setSeqNum(sequence.incrementAndGet())
        .build();
  }

  private Envelope signed(GossipMessage message) {
    ByteString payload = message.toByteString();
    return Envelope.newBuilder().setPayload(payload).setSignature(self.sign(payload)).build();
  }

  @Override
  public List<KnownPeer> peers() {
    return List.of(known);
  }

  @Override
  public List<LostPeer> lost() {
    return List.of();
  }

  @Override
  public List<ChannelPeer> peersOfChannel(String channelId) {
    return channels.apply(channelId).map(state -> List.of(own(channelId, state))).orElse(List.of());
  }

  /// Signed anew only when something has changed.
  private ChannelPeer own(String channelId, OwnState state) {
    ChannelPeer last = told.get(channelId);
    if (last != null
        && last.ledgerHeight() == state.ledgerHeight()
        && last.chaincodes().equals(state.chaincodes())) {
      return last;
    }
    ChannelPeer peer =
        new ChannelPeer(
            known,
            state.ledgerHeight(),
            state.chaincodes(),
            signed(
                messages.stateInfo(
                    channelId, state.ledgerHeight(), state.chaincodes(), timestamp())));
    told.put(channelId, peer);
    return peer;
  }
}
