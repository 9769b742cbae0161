package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.core.Outbox.Destination;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.gossip.AliveMessage;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.MembershipRequest;
import org.hyperledger.fabric.protos.gossip.MembershipResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How peers learn of each other: each tells that it is alive, passes on what it hears, and asks
/// others whom they know. Owned by the core's thread.
///
/// Follows fabric v3.1.5 gossip/discovery/discovery_impl.go.
final class MembershipGossip {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.discovery");

  /// In larger networks new peers are greeted by rounds alone, as in Fabric.
  private static final int GREETED_AT_ONCE = 30;

  private static final int MAX_WAITING_ALIVE = 2_000;

  private final Self self;
  private final Channels.Peers peers;
  private final Timing timing;
  private final AliveMessages aliveMessages;
  private final Disclosure disclosure;
  private final MembershipAnswers answers;
  private final Pull identityPull;
  private final Channels channels;
  private final Map<ByteString, Waiting> waitingForIdentity = new LinkedHashMap<>();
  private boolean changed;

  /// An alive message whose author's identity is asked for.
  private record Waiting(Envelope envelope, AliveMessage message, ByteString from) {}

  /// @param channels to be told to peers that appear
  MembershipGossip(
      Self self,
      Channels.Peers peers,
      Timing timing,
      AliveMessages aliveMessages,
      Pull identityPull,
      Channels channels) {
    this.self = self;
    this.peers = peers;
    this.timing = timing;
    this.aliveMessages = aliveMessages;
    this.disclosure = new Disclosure(self.mspId());
    this.answers = new MembershipAnswers(self, peers.membership(), aliveMessages, disclosure);
    this.identityPull = identityPull;
    this.channels = channels;
  }

  /// Whether peers have come or told something new since this was asked last.
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /// Tells others that this peer is alive.
  void publish(long now) {
    if (peers.membership().aliveCount() == 0) {
      return;
    }
    spreadAlive(aliveMessages.own(true, now), self.mspId(), self.endpoint(), self.pkiId());
  }

  private void spreadAlive(
      Envelope envelope, String authorMspId, String authorEndpoint, ByteString except) {
    for (Member to :
        peers
            .membership()
            .pick(
                timing.propagatePeers(),
                member ->
                    !member.pkiId().equals(except)
                        && disclosure.mayForward(member, authorMspId, authorEndpoint),
                peers.random())) {
      peers.outbox().send(to.destination(), disclosure.forListener(envelope, to.mspId()));
    }
  }

  /// Asks a peer whom it knows.
  void request(Member to, long now) {
    request(to.destination(), to.mspId(), now);
  }

  /// Asks whom a peer of this organization knows.
  void request(Destination to, String mspId, long now) {
    Envelope own = aliveMessages.own(mspId.equals(self.mspId()), now);
    peers
        .outbox()
        .send(
            to,
            GossipMessage.newBuilder()
                .setTag(GossipMessage.Tag.EMPTY)
                .setNonce(peers.random().nextLong())
                .setMemReq(MembershipRequest.newBuilder().setSelfInformation(own))
                .build());
  }

  /// A peer has told that it is alive.
  ///
  /// @param forward whether others are told
  void onAlive(
      Envelope envelope, AliveMessage message, ByteString from, boolean forward, long now) {
    ByteString author = message.getMembership().getPkiId();
    PeerTimestamp timestamp = PeerTimestamp.of(message.getTimestamp());
    if (!peers.membership().isNews(author, timestamp)) {
      return;
    }
    switch (aliveMessages.judge(envelope, message, now)) {
      case AliveMessages.Verdict.Refused(String reason) ->
          LOG.warn("An alive message is refused: {}", reason);
      case AliveMessages.Verdict.UnknownAuthor() -> await(envelope, message, from, now);
      case AliveMessages.Verdict.Valid(Member member) -> {
        learn(member, timestamp, now);
        if (forward) {
          spreadAlive(envelope, member.mspId(), member.endpoint(), from);
        }
      }
    }
  }

  /// Keeps a message until its author's identity is there, and asks for that.
  private void await(Envelope envelope, AliveMessage message, ByteString from, long now) {
    ByteString author = message.getMembership().getPkiId();
    if (waitingForIdentity.size() < MAX_WAITING_ALIVE && envelope.getSerializedSize() < 65_536) {
      waitingForIdentity.put(author, new Waiting(envelope, message, from));
    }
    Destination to =
        peers.membership().alive(from).map(Member::destination).orElse(new Destination(from, ""));
    identityPull.hello(to, now);
  }

  /// An identity has come: so may its peer's message.
  void reconsider(ByteString pkiId, long now) {
    Waiting waiting = waitingForIdentity.remove(pkiId);
    if (waiting != null) {
      onAlive(waiting.envelope(), waiting.message(), waiting.from(), false, now);
    }
  }

  private void learn(Member member, PeerTimestamp timestamp, long now) {
    switch (peers.membership().alive(member, timestamp, now)) {
      case NEW, REVIVED -> {
        changed = true;
        waitingForIdentity.remove(member.pkiId());
        if (peers.membership().aliveCount() <= GREETED_AT_ONCE) {
          greet(member, now);
        }
      }
      case REFRESHED -> changed = true;
      case NOTHING -> {}
    }
  }

  /// Tells a peer that has just appeared of this one and its channels.
  private void greet(Member member, long now) {
    boolean own = member.mspId().equals(self.mspId());
    if (member.preferredEndpoint().isEmpty() || (!own && self.endpoint().isEmpty())) {
      return;
    }
    peers.outbox().send(member.destination(), aliveMessages.own(own, now));
    channels.introduce(member, now);
  }

  /// A peer asks whom this one knows.
  void onRequest(Destination back, PeerIdentity sender, GossipMessage request, long now) {
    Envelope told = request.getMemReq().getSelfInformation();
    AliveMessage alive;
    try {
      alive = GossipMessage.parseFrom(told.getPayload()).getAliveMsg();
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("Got membership request with invalid selfInfo: {}", e.getMessage());
      return;
    }
    if (!alive.getMembership().getPkiId().equals(sender.pkiId())) {
      LOG.warn("Got membership request with selfInfo that doesn't match the handshake");
      return;
    }
    if (!(aliveMessages.judge(told, alive, now)
        instanceof AliveMessages.Verdict.Valid(Member asker))) {
      return;
    }
    learn(asker, PeerTimestamp.of(alive.getTimestamp()), now);
    if (!disclosure.mayKnow(asker, self.mspId(), self.endpoint())) {
      LOG.warn(
          "Got a membership request from a peer that shouldn't have sent one: {}, closing"
              + " connection to the peer as a result.",
          asker.mspId());
      peers.outbox().add(new Effect.Disconnect(asker.pkiId()));
      return;
    }
    Destination to =
        back.endpoint().isEmpty()
            ? new Destination(asker.pkiId(), asker.preferredEndpoint())
            : back;
    peers.outbox().send(to, answers.answer(request.getNonce(), asker, now));
  }

  /// A peer has told whom it knows.
  void onResponse(MembershipResponse response, ByteString from, long now) {
    for (Envelope each : response.getAliveList()) {
      if (peers.membership().isCurrent(each.getPayload())) {
        continue;
      }
      Optional<AliveMessage> alive = MembershipAnswers.aliveMessage(each);
      if (alive.isEmpty()) {
        return;
      }
      onAlive(each, alive.get(), from, false, now);
    }
    for (Envelope each : response.getDeadList()) {
      if (peers.membership().isCurrent(each.getPayload())) {
        continue;
      }
      Optional<AliveMessage> last = MembershipAnswers.aliveMessage(each);
      if (last.isEmpty()) {
        return;
      }
      onDead(each, last.get(), now);
    }
  }

  private void onDead(Envelope envelope, AliveMessage last, long now) {
    PeerTimestamp timestamp = PeerTimestamp.of(last.getTimestamp());
    ByteString author = last.getMembership().getPkiId();
    if (peers.membership().isNews(author, timestamp)
        && peers.membership().known(author).isEmpty()
        && aliveMessages.judge(envelope, last, now)
            instanceof AliveMessages.Verdict.Valid(Member member)) {
      peers.membership().heardDead(member, timestamp, now);
    }
  }
}
