package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import io.denim.gossip.core.Outbox.Destination;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gossip's whole logic: a message, an event or the time in, effects out. Owned by one thread;
/// everything that it returns is immutable.
///
/// Follows fabric v3.1.5 gossip/gossip/gossip_impl.go, gossip/discovery/discovery_impl.go. Beyond
/// them, peers that have just met tell each other at once what Fabric's tell in their next rounds,
/// in the same messages.
public final class GossipCore {
  private static final Logger LOG = LoggerFactory.getLogger("gossip.gossip");

  private static final long SWEEP_MILLIS = 1_000;
  private static final long PROBE_SPACING = 1_000;

  private final Self self;
  private final Timing timing;
  private final RandomGenerator random;
  private final Outbox outbox = new Outbox();
  private final Identities identities;
  private final Membership membership;
  private final IdentityItems identityItems;
  private final Pull identityPull;
  private final Contacts contacts;
  private final Channels channels;
  private final MembershipGossip discovery;
  private final Set<String> bootstrap;
  private final Map<ByteString, Long> lastProbe = new HashMap<>();
  private final Rounds rounds;
  private boolean changed = true;

  /// When each thing is done next, in milliseconds since 1970.
  private static final class Rounds {
    private long alive;
    private long pull;
    private long stateInfo;
    private long sweep;

    Rounds(long now, Timing timing) {
      alive = now + timing.aliveInterval().toMillis();
      pull = now + timing.pullInterval().toMillis();
      stateInfo = now + timing.requestStateInfoInterval().toMillis();
      sweep = now + SWEEP_MILLIS;
    }
  }

  /// @param bootstrap endpoints of peers of the own organization
  /// @param election how a leader is elected in each channel; empty if none is
  /// @param now in milliseconds since 1970; also tells this start from earlier ones
  public GossipCore(
      Self self,
      Set<String> bootstrap,
      Timing timing,
      Optional<ElectionTiming> election,
      MessageCrypto crypto,
      RandomGenerator random,
      long now) {
    this.self = self;
    this.bootstrap = Set.copyOf(bootstrap);
    this.timing = timing;
    this.random = random;
    this.identities = new Identities(crypto, self.pkiId());
    identities.put(self.pkiId(), self.identity(), now);
    this.membership = new Membership(self.pkiId(), timing);
    this.identityItems = new IdentityItems(self, crypto, identities);
    this.identityPull = new Pull(IdentityItems.kind(), identityItems, outbox, random);
    this.contacts = new Contacts(timing);
    Channels.Peers peers = new Channels.Peers(membership, outbox, random);
    this.channels =
        new Channels(new ChannelGossip.Parts(self, crypto, identities), peers, timing, election);
    this.discovery =
        new MembershipGossip(
            self,
            peers,
            timing,
            new AliveMessages(self, crypto, identities, timing, now),
            identityPull,
            channels);
    this.rounds = new Rounds(now, timing);
    wantContacts();
  }

  /// Whether the view is another than when it was asked for last.
  public boolean hasChanged() {
    changed |= discovery.takeChanged();
    return changed || channels.hasChanged();
  }

  /// Who is alive and in which channel.
  public View view() {
    boolean unused = discovery.takeChanged();
    changed = false;
    List<Member> alive = membership.aliveMembers();
    return new View(alive, membership.lost(), channels.view(alive));
  }

  /// Takes the peer's channels as they are now.
  public List<Effect> channels(List<ChannelStatus> statuses, long now) {
    boolean configured = channels.update(statuses, now);
    if (configured) {
      identities.revalidate().forEach(this::purge);
      wantContacts();
      membership.aliveMembers().forEach(member -> channels.introduce(member, now));
    }
    return outbox.take();
  }

  private void wantContacts() {
    Map<String, Set<String>> wanted = new HashMap<>();
    for (String endpoint : bootstrap) {
      wanted.computeIfAbsent(endpoint, each -> new HashSet<>()).add(self.mspId());
    }
    for (ChannelStatus.Anchor anchor : channels.anchors()) {
      boolean own = anchor.mspId().equals(self.mspId());
      if (own) {
        wanted.computeIfAbsent(anchor.endpoint(), each -> new HashSet<>()).add(self.mspId());
      } else if (!self.endpoint().isEmpty()) {
        wanted.computeIfAbsent(anchor.endpoint(), each -> new HashSet<>());
      }
    }
    wanted.keySet().removeIf(self::isOwnEndpoint);
    contacts.want(wanted);
  }

  /// To be called a few times a second.
  public List<Effect> tick(long now) {
    contactOthers(now);
    for (Member dead : membership.dueReconnects(now)) {
      discovery.request(dead, now);
    }
    if (now >= rounds.alive) {
      rounds.alive = now + timing.aliveInterval().toMillis();
      discovery.publish(now);
    }
    if (now >= rounds.pull) {
      rounds.pull = now + timing.pullInterval().toMillis();
      pullRound(now);
    }
    channels.publish(now);
    channels.elections().tick(now);
    if (now >= rounds.stateInfo) {
      rounds.stateInfo = now + timing.requestStateInfoInterval().toMillis();
      channels.requestStateInfo();
    }
    if (now >= rounds.sweep) {
      rounds.sweep = now + SWEEP_MILLIS;
      sweep(now);
    }
    return outbox.take();
  }

  private void contactOthers(long now) {
    for (String endpoint :
        contacts.due(this::endpoints, pkiId -> membership.alive(pkiId).isPresent(), now)) {
      outbox.add(new Effect.Contact(endpoint));
    }
  }

  private Set<String> endpoints() {
    Set<String> endpoints = new HashSet<>();
    for (Member member : membership.aliveMembers()) {
      endpoints.add(member.endpoint());
      endpoints.add(member.internalEndpoint());
    }
    return endpoints;
  }

  private void pullRound(long now) {
    for (Member to : membership.pick(timing.pullPeers(), member -> true, random)) {
      discovery.request(to, now);
    }
    for (Member to : membership.pick(timing.pullPeers(), member -> true, random)) {
      identityPull.hello(to.destination(), now);
    }
    channels.pullBlocks(now);
  }

  private void sweep(long now) {
    for (Member expired : membership.expire(now)) {
      LOG.warn(
          "Haven't heard from {} for {}", expired.preferredEndpoint(), timing.aliveExpiration());
      outbox.add(new Effect.Disconnect(expired.pkiId()));
      changed = true;
    }
    membership.forget(now, contacts::isContact);
    identities.purge(now).forEach(this::purge);
    channels.retain(pkiId -> membership.known(pkiId));
  }

  private void purge(ByteString pkiId) {
    membership.purge(pkiId);
    identityItems.remove(pkiId);
    channels.forget(pkiId);
    outbox.add(new Effect.Disconnect(pkiId));
    changed = true;
  }

  /// A peer has proved who it is.
  ///
  /// @param endpoint at which it was dialed; empty if it dialed
  public List<Effect> connected(ByteString pkiId, ByteString identity, String endpoint, long now) {
    Optional<PeerIdentity> known = identities.put(pkiId, identity, now);
    if (known.isEmpty()) {
      outbox.add(new Effect.Disconnect(pkiId));
      return outbox.take();
    }
    discovery.reconsider(pkiId, now);
    if (!endpoint.isEmpty()
        && !pkiId.equals(self.pkiId())
        && contacts.found(endpoint, pkiId, known.get().mspId())
        && membership.alive(pkiId).isEmpty()) {
      discovery.request(new Destination(pkiId, endpoint), known.get().mspId(), now);
    }
    return outbox.take();
  }

  /// The last connection to a peer has ended: whether it is still there shows when it is asked.
  public List<Effect> disconnected(ByteString pkiId, long now) {
    Optional<Member> member = membership.alive(pkiId);
    Long last = lastProbe.get(pkiId);
    if (member.isPresent() && (last == null || now - last >= PROBE_SPACING)) {
      lastProbe.put(pkiId, now);
      discovery.request(member.get(), now);
    }
    return outbox.take();
  }

  /// Nobody answers at an endpoint.
  ///
  /// @param expected who was looked for there; empty if anybody
  public List<Effect> unreachable(ByteString expected, long now) {
    if (!expected.isEmpty() && membership.presumeDead(expected, now)) {
      LOG.warn("Peer {} cannot be reached", membership.known(expected).orElseThrow().endpoint());
      outbox.add(new Effect.Disconnect(expected));
      changed = true;
    }
    return outbox.take();
  }

  /// Brings a new block of a channel to peers of the own organization.
  ///
  /// @param block as its orderers signed it
  public List<Effect> disseminate(String channelId, long number, ByteString block) {
    channels.disseminate(channelId, number, block);
    return outbox.take();
  }

  /// Has another peer of the organization lead in a channel, if one can.
  public List<Effect> yieldLeadership(String channelId, long now) {
    channels.elections().yieldLeadership(channelId, now);
    return outbox.take();
  }

  /// A message has come over a connection of this peer.
  public List<Effect> received(
      ByteString from, Envelope envelope, GossipMessage message, long now) {
    Optional<PeerIdentity> sender = identities.get(from, now);
    if (sender.isEmpty()) {
      outbox.add(new Effect.Disconnect(from));
      return outbox.take();
    }
    if (!Tags.isLegal(message)) {
      LOG.warn("Tag of {} isn't legal: {}", message.getContentCase(), message.getTag());
      return outbox.take();
    }
    Destination back =
        membership.alive(from).map(Member::destination).orElseGet(() -> new Destination(from, ""));
    switch (message.getContentCase()) {
      case ALIVE_MSG -> discovery.onAlive(envelope, message.getAliveMsg(), from, true, now);
      case MEM_REQ -> discovery.onRequest(back, sender.get(), message, now);
      case MEM_RES -> discovery.onResponse(message.getMemRes(), from, now);
      case HELLO, DATA_DIG, DATA_REQ, DATA_UPDATE -> onPull(back, sender.get(), message, now);
      case STATE_INFO, STATE_INFO_PULL_REQ, STATE_SNAPSHOT, DATA_MSG, LEADERSHIP_MSG ->
          channels.received(back, sender.get(), new Channels.Message(envelope, message), now);
      case PEER_IDENTITY,
          STATE_REQUEST,
          STATE_RESPONSE,
          EMPTY,
          CONN,
          ACK,
          PRIVATEREQ,
          PRIVATERES,
          PRIVATE_DATA,
          CONTENT_NOT_SET -> {}
    }
    return outbox.take();
  }

  private void onPull(Destination back, PeerIdentity sender, GossipMessage message, long now) {
    switch (Tags.pullType(message)) {
      case IDENTITY_MSG ->
          identityPull
              .received(back, message, pkiId -> mayHave(sender, pkiId, now), now)
              .forEach(pkiId -> discovery.reconsider(pkiId, now));
      case BLOCK_MSG ->
          channels.received(
              back, sender, new Channels.Message(Envelope.getDefaultInstance(), message), now);
      case UNDEFINED, UNRECOGNIZED -> {}
    }
  }

  /// Whether a peer may have an identity (fabric v3.1.5 sameOrgOrOurOrgPullFilter).
  private boolean mayHave(PeerIdentity asker, ByteString pkiId, long now) {
    if (asker.mspId().equals(self.mspId())) {
      return true;
    }
    Optional<PeerIdentity> subject = identities.get(pkiId, now);
    String endpoint =
        pkiId.equals(self.pkiId())
            ? self.endpoint()
            : membership.known(pkiId).map(Member::endpoint).orElse("");
    return subject.isPresent()
        && !endpoint.isEmpty()
        && (subject.get().mspId().equals(self.mspId())
            || subject.get().mspId().equals(asker.mspId()));
  }
}
