package io.denim.gossip.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.gossip.core.ChannelStatus;
import io.denim.gossip.core.Effect;
import io.denim.gossip.core.ElectionTiming;
import io.denim.gossip.core.Timing;
import io.denim.gossip.core.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.hyperledger.fabric.protos.gossip.Envelope;
import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.MembershipResponse;
import org.hyperledger.fabric.protos.gossip.StateInfoSnapshot;

/// Peers of several organizations in one channel, each with the real {@link
/// io.denim.gossip.core.GossipCore}, over a network in virtual time that delays, loses and cuts as
/// it is told. The same seed is the same run. Owned by one thread.
public final class GossipSimulation {
  private static final long TICK = 100;
  private static final long START = 1_700_000_000_000L;

  private final Random random;
  private final Timing timing;
  private final List<SimulatedPeer> peers = new ArrayList<>();
  private final Map<ByteString, SimulatedPeer> byId = new HashMap<>();
  private final Map<String, SimulatedPeer> byEndpoint = new HashMap<>();
  private final Map<ByteString, Integer> islands = new HashMap<>();
  private final Set<ByteString> revoked = new HashSet<>();
  private final Map<ByteString, Set<ByteString>> met = new HashMap<>();
  private final PriorityQueue<Delivery> deliveries = new PriorityQueue<>();
  private final Map<GossipMessage.ContentCase, Long> sent = new HashMap<>();
  private final Map<Long, List<Long>> arrivals = new HashMap<>();
  private double loss;
  private long now = START;
  private long order;

  /// A message, parsed once for all that read it.
  private record Message(Envelope envelope, GossipMessage content) {
    static final Message NONE =
        new Message(Envelope.getDefaultInstance(), GossipMessage.getDefaultInstance());

    static Message of(Envelope envelope) {
      try {
        return new Message(envelope, GossipMessage.parseFrom(envelope.getPayload()));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a peer sends what is no message", e);
      }
    }
  }

  /// @param endpoint that was dialed, for the answer to that; empty for a message
  private record Delivery(
      long time, long order, ByteString from, ByteString to, String endpoint, Message message)
      implements Comparable<Delivery> {
    @Override
    public int compareTo(Delivery other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /// Peers that know nobody yet: each organization's first is its anchor and the others' bootstrap
  /// peer.
  public GossipSimulation(long seed, int size, int organizations, Timing timing) {
    this(seed, size, organizations, timing, Optional.empty(), true);
  }

  /// Peers that know nobody yet and elect a leader in each organization.
  static GossipSimulation ofElecting(
      long seed, int size, int organizations, Timing timing, ElectionTiming election) {
    return new GossipSimulation(seed, size, organizations, timing, Optional.of(election), true);
  }

  /// Peers that know those of their own organization from the start, and look for no others.
  static GossipSimulation ofAcquainted(long seed, int size, int organizations, Timing timing) {
    GossipSimulation simulation =
        new GossipSimulation(seed, size, organizations, timing, Optional.empty(), false);
    for (int i = 0; i < organizations; i++) {
      simulation.acquaint(mspId(i));
    }
    return simulation;
  }

  private GossipSimulation(
      long seed,
      int size,
      int organizations,
      Timing timing,
      Optional<ElectionTiming> election,
      boolean contacts) {
    this.random = new Random(seed);
    this.timing = timing;
    Set<String> mspIds = new HashSet<>();
    List<ChannelStatus.Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < organizations; i++) {
      mspIds.add(mspId(i));
      anchors.add(new ChannelStatus.Anchor(mspId(i), SimulatedPeer.endpoint(i)));
    }
    SimulatedPeer.Plan plan = new SimulatedPeer.Plan(seed, timing, election, mspIds, revoked);
    for (int number = 0; number < size; number++) {
      int organization = number % organizations;
      SimulatedPeer peer =
          new SimulatedPeer(
              number,
              mspId(organization),
              plan,
              contacts ? anchors : List.of(),
              contacts ? Set.of(SimulatedPeer.endpoint(organization)) : Set.of(),
              now);
      peers.add(peer);
      byId.put(peer.pkiId(), peer);
      byEndpoint.put(peer.self().endpoint(), peer);
    }
  }

  private void acquaint(String mspId) {
    List<SimulatedPeer> members =
        peers.stream().filter(peer -> peer.self().mspId().equals(mspId)).toList();
    MembershipResponse.Builder alive = MembershipResponse.newBuilder();
    StateInfoSnapshot.Builder states = StateInfoSnapshot.newBuilder();
    for (SimulatedPeer member : members) {
      alive.addAlive(member.aliveMessage());
      states.addElements(member.stateMessage());
    }
    GossipMessage known =
        GossipMessage.newBuilder().setTag(GossipMessage.Tag.EMPTY).setMemRes(alive).build();
    GossipMessage told =
        GossipMessage.newBuilder()
            .setTag(GossipMessage.Tag.CHAN_OR_ORG)
            .setChannel(ByteString.copyFromUtf8(SimulatedPeer.CHANNEL))
            .setStateSnapshot(states)
            .build();
    ByteString teller = members.getFirst().pkiId();
    for (SimulatedPeer member : members) {
      var unusedFirst = member.core().channels(member.channels(), now); // nobody to tell yet
      for (SimulatedPeer other : members) {
        var unusedNone = member.core().connected(other.pkiId(), other.self().identity(), "", now);
      }
      var unusedGreetings =
          member.core().received(teller, Envelope.getDefaultInstance(), known, now);
      var unusedAnswers = member.core().received(teller, Envelope.getDefaultInstance(), told, now);
    }
  }

  private static String mspId(int organization) {
    return "Org" + organization + "MSP";
  }

  /// Which part of the messages is lost, from 0 to 1.
  public void lose(double part) {
    loss = part;
  }

  /// Cuts the network: peers reach only those of their own island.
  public void partition(int count) {
    for (SimulatedPeer peer : peers) {
      islands.put(peer.pkiId(), random.nextInt(count));
    }
  }

  public void heal() {
    islands.clear();
  }

  public void stop(int peer) {
    peers.get(peer).stop();
  }

  public void restart(int peer) {
    peers.get(peer).restart(now);
    met.remove(peers.get(peer).pkiId());
    met.values().forEach(others -> others.remove(peers.get(peer).pkiId()));
  }

  /// Lets time pass.
  public void run(long millis) {
    long end = now + millis;
    while (now < end) {
      deliverUntil(now + TICK);
      for (SimulatedPeer peer : peers) {
        if (peer.isUp()) {
          apply(peer, peer.core().channels(peer.channels(), now));
          apply(peer, peer.core().tick(now));
        }
      }
    }
  }

  private void deliverUntil(long time) {
    while (!deliveries.isEmpty() && deliveries.peek().time() <= time) {
      Delivery next = deliveries.remove();
      now = next.time();
      deliver(next);
    }
    now = time;
  }

  private void deliver(Delivery delivery) {
    SimulatedPeer to = byId.get(delivery.to());
    if (to == null || !to.isUp()) {
      return;
    }
    if (!delivery.endpoint().isEmpty()) {
      apply(to, dialed(to, delivery));
      return;
    }
    SimulatedPeer from = byId.get(delivery.from());
    if (from != null
        && met.computeIfAbsent(to.pkiId(), each -> new HashSet<>()).add(from.pkiId())) {
      apply(to, to.core().connected(from.pkiId(), from.self().identity(), "", delivery.time()));
    }
    apply(
        to,
        to.core()
            .received(
                delivery.from(),
                delivery.message().envelope(),
                delivery.message().content(),
                delivery.time()));
  }

  private List<Effect> dialed(SimulatedPeer by, Delivery delivery) {
    SimulatedPeer there = byEndpoint.get(delivery.endpoint());
    return there != null && there.isUp() && isConnected(by.pkiId(), there.pkiId())
        ? by.core()
            .connected(there.pkiId(), there.self().identity(), delivery.endpoint(), delivery.time())
        : by.core().unreachable(ByteString.EMPTY, delivery.time());
  }

  private boolean isConnected(ByteString one, ByteString other) {
    return islands.getOrDefault(one, 0).equals(islands.getOrDefault(other, 0));
  }

  private long delay() {
    return now + 1 + random.nextInt(20);
  }

  private void apply(SimulatedPeer peer, List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(ByteString to, String _, Envelope envelope) -> send(peer, to, envelope);
        case Effect.Contact(String endpoint) ->
            deliveries.add(
                new Delivery(delay(), order++, peer.pkiId(), peer.pkiId(), endpoint, Message.NONE));
        case Effect.Disconnect _ -> {}
        case Effect.Deliver(String _, long number, ByteString _) -> {
          peer.blocks().add(number);
          arrivals.computeIfAbsent(number, each -> new ArrayList<>()).add(now);
        }
        case Effect.Lead(String _, boolean leads) -> peer.setLeads(leads);
      }
    }
  }

  private void send(SimulatedPeer from, ByteString to, Envelope envelope) {
    SimulatedPeer target = byId.get(to);
    if (target == null || !target.isUp() || !isConnected(from.pkiId(), to)) {
      apply(from, from.core().unreachable(to, now));
      return;
    }
    Message message = Message.of(envelope);
    sent.merge(message.content().getContentCase(), 1L, Long::sum);
    if (random.nextDouble() >= loss) {
      deliveries.add(new Delivery(delay(), order++, from.pkiId(), to, "", message));
    }
  }

  /// Has a message come to a peer, from whomever it says.
  public void inject(ByteString from, int to, Envelope envelope) {
    deliveries.add(
        new Delivery(now + 1, order++, from, peers.get(to).pkiId(), "", Message.of(envelope)));
  }

  /// Has a peer bring a new block to its organization.
  public void disseminate(int leader, long number) {
    SimulatedPeer peer = peers.get(leader);
    peer.blocks().add(number);
    apply(
        peer,
        peer.core().disseminate(SimulatedPeer.CHANNEL, number, SimulatedCrypto.block(number)));
  }

  /// When a block has come to peers, in milliseconds after the start of the run.
  public List<Long> arrivals(long block) {
    return arrivals.getOrDefault(block, List.of()).stream().map(time -> time - START).toList();
  }

  /// Milliseconds since the start of the run.
  public long elapsed() {
    return now - START;
  }

  /// How many messages of a kind were sent.
  public long sent(GossipMessage.ContentCase kind) {
    return sent.getOrDefault(kind, 0L);
  }

  /// How many messages were sent in all.
  public long sent() {
    return sent.values().stream().mapToLong(Long::longValue).sum();
  }

  /// How many peers have a block.
  public long having(long block) {
    return peers.stream().filter(peer -> peer.blocks().contains(block)).count();
  }

  /// Revokes the certificate of a peer; the others' configurations change.
  public void revoke(int peer) {
    revoked.add(peers.get(peer).pkiId());
  }

  public ByteString pkiId(int peer) {
    return peers.get(peer).pkiId();
  }

  /// The serialized identity of a peer.
  public ByteString identity(int peer) {
    return peers.get(peer).self().identity();
  }

  /// What a peer knows.
  public View view(int peer) {
    return peers.get(peer).view();
  }

  /// Of how many pairs of peers that are up, and may know of each other, one knows the other to be
  /// alive and in the channel, as a part of all.
  public double knowledge() {
    long known = 0;
    long pairs = 0;
    for (SimulatedPeer one : peers) {
      if (!one.isUp()) {
        continue;
      }
      Set<ByteString> seen = new HashSet<>();
      one.view().channel(SimulatedPeer.CHANNEL).forEach(each -> seen.add(each.member().pkiId()));
      for (SimulatedPeer other : peers) {
        if (other != one && other.isUp()) {
          pairs++;
          known += seen.contains(other.pkiId()) ? 1 : 0;
        }
      }
    }
    return pairs == 0 ? 1 : (double) known / pairs;
  }

  /// How many peers that are up hold this one for alive.
  public long holdingForAlive(ByteString pkiId) {
    return peers.stream()
        .filter(SimulatedPeer::isUp)
        .filter(
            peer -> peer.view().members().stream().anyMatch(member -> member.pkiId().equals(pkiId)))
        .count();
  }

  /// The peers of an organization that are up and lead.
  List<Integer> leaders(int organization) {
    List<Integer> leaders = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      SimulatedPeer peer = peers.get(i);
      if (peer.isUp() && peer.leads() && peer.self().mspId().equals(mspId(organization))) {
        leaders.add(i);
      }
    }
    return leaders;
  }

  /// Has a leader leave it to others.
  void yieldLeadership(int peer) {
    apply(peers.get(peer), peers.get(peer).core().yieldLeadership(SimulatedPeer.CHANNEL, now));
  }

  /// What the peers are timed with.
  public Timing timing() {
    return timing;
  }

  public int size() {
    return peers.size();
  }
}
