package io.denim.order.etcdraft;

import io.denim.consensus.Bytes;
import io.denim.consensus.ConfChange;
import io.denim.consensus.ConfState;
import io.denim.consensus.Message;
import io.denim.consensus.RaftNode;
import io.denim.consensus.RaftOptions;
import io.denim.consensus.RaftState;
import io.denim.consensus.Ready;
import io.denim.consensus.Role;
import io.denim.consensus.Snapshot;
import io.denim.consensus.SoftState;
import io.denim.order.ChainSupport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One channel's Raft node at work, round by round (fabric v3.1.5
/// orderer/consensus/etcdraft/chain.go, node.go): turns ticks, messages and envelopes into steps of
/// the state machine, stores what that asks for, sends what it says and writes the blocks that it
/// commits. It has no thread and no clock of its own; one thread runs it, or a simulation does.
final class RaftReplica {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final int MAX_EVENTS_A_ROUND = 512;
  private static final int MAX_HELD_ENTRIES = 64;
  private static final int KEPT_BEHIND_SNAPSHOT = 4;
  private static final int MIN_BLOCKS_IN_FLIGHT = 64;

  private final Setup setup;
  private final Ports ports;
  private final String label;
  private final RaftInbox inbox;
  private final Submissions submissions;
  private final RaftNode node;
  private final RaftProposals proposals;
  private final RaftLedger ledger;
  private final ActiveNodes active;
  private final EvictionSuspicion suspicion;
  private SoftState soft = new SoftState(0, Role.FOLLOWER);
  private long knownLeader;
  private boolean changePending; // of the membership, while this node leads
  private boolean evicted;
  private boolean campaigning;
  private int campaignTicks;
  private long nextTick;

  /// What a replica is made from.
  ///
  /// @param snapshotBytes of blocks between two snapshots
  /// @param newChannel whether a node that has stored nothing begins the channel rather than joins
  ///   it
  /// @param picked whether this node is the one that begins the first election
  /// @param evictionSuspicion without a leader before others are asked whether this node is still a
  ///   consenter
  record Setup(
      String channelId,
      RaftOptions options,
      Duration tick,
      long snapshotBytes,
      boolean newChannel,
      boolean picked,
      Duration evictionSuspicion) {
    String label() {
      return "channel=" + channelId + " node=" + options.id();
    }
  }

  /// What a replica works with.
  ///
  /// @param nanoTime a clock as {@link System#nanoTime} is one
  /// @param random for election timeouts
  record Ports(
      ChainSupport support,
      Cluster cluster,
      RaftStorage storage,
      LongSupplier nanoTime,
      RandomGenerator random,
      RaftMetrics metrics) {}

  RaftReplica(
      Setup setup,
      Membership membership,
      Ports ports,
      RaftInbox inbox,
      Submissions submissions,
      ActiveNodes active) {
    this.setup = setup;
    this.ports = ports;
    this.label = setup.label();
    this.inbox = inbox;
    this.submissions = submissions;
    this.active = active;
    this.node = node(setup, membership, ports);
    int inFlight = Math.max(MIN_BLOCKS_IN_FLIGHT, setup.options().maxInflight());
    PendingEnvelopes pending = submissions.pending();
    this.ledger = new RaftLedger(label, setup.snapshotBytes(), node, ports, membership, pending);
    this.proposals = new RaftProposals(label, ports, node, ledger, inFlight, pending);
    ledger.whenWritten(proposals::written);
    this.suspicion = new EvictionSuspicion(label, setup.evictionSuspicion());
    ports.metrics().clusterSize().set(membership.consenters().size());
  }

  private static RaftNode node(Setup setup, Membership membership, Ports ports) {
    RaftStorage.Stored stored = ports.storage().stored();
    if (!stored.fresh() || !setup.newChannel()) {
      ConfState voters = stored.snapshot().map(Snapshot::confState).orElse(ConfState.EMPTY);
      long applied = stored.snapshot().map(Snapshot::index).orElse(0L);
      return RaftNode.restart(
          setup.options(),
          new RaftState(stored.snapshot(), stored.hardState(), stored.entries(), applied, voters),
          ports.random());
    }
    List<Long> voters = membership.metadata().getConsenterIdsList();
    List<Bytes> joins =
        voters.stream()
            .map(id -> RaftCodec.confChange(new ConfChange(ConfChange.Kind.ADD, id)))
            .toList();
    return RaftNode.bootstrap(setup.options(), voters, joins, ports.random());
  }

  RaftNode raft() {
    return node;
  }

  /// The channel's consenters as of the newest block; safe for any thread.
  Membership membership() {
    return ledger.membership();
  }

  /// Whether this node is no longer a consenter of the channel.
  boolean isEvicted() {
    return evicted;
  }

  /// Goes on from what is stored.
  void begin() throws InterruptedException {
    nextTick = ports.nanoTime().getAsLong() + setup.tick().toNanos();
    Optional<Snapshot> snapshot = ports.storage().stored().snapshot();
    if (snapshot.isPresent()) {
      ledger.catchUp(snapshot.get());
    }
    work();
    if (node.confState().voters().equals(List.of(node.id()))) {
      node.campaign(); // nobody else could lead
      work();
    } else if (setup.picked() && setup.newChannel() && ports.storage().stored().fresh()) {
      LOG.info("This node is picked to start campaign {}", label);
      campaigning = true;
    }
  }

  /// Takes what has come, lets time pass and does what follows from both.
  ///
  /// @param maxNanos how long to wait at most if nothing has come and nothing is due
  void round(long maxNanos) throws InterruptedException {
    takeEvents(maxNanos);
    onTime();
    work();
  }

  private void takeEvents(long maxNanos) throws InterruptedException {
    long now = ports.nanoTime().getAsLong();
    long wait = Math.min(maxNanos, nextTick - now);
    if (proposals.isPending()) {
      wait = Math.min(wait, proposals.deadline() - now);
    }
    RaftInbox.Event event = inbox.poll(wait, wantsSubmitted());
    for (int taken = 1; event != null; taken++) {
      take(event);
      event = taken < MAX_EVENTS_A_ROUND ? inbox.poll(0, wantsSubmitted()) : null;
    }
  }

  private boolean wantsSubmitted() {
    return proposals.wantsMore() && !changePending;
  }

  private void take(RaftInbox.Event event) throws InterruptedException {
    switch (event) {
      case RaftInbox.Event.Proposed(Submitted submitted) -> {
        if (submitted.term() == node.hardState().term()) {
          proposals.take(submitted);
        } else {
          proposals.refuse(submitted);
        }
      }
      case RaftInbox.Event.Received(var message) -> receive(message);
      case RaftInbox.Event.Delivery(long to, boolean snapshot, boolean arrived) -> {
        if (!arrived) {
          node.reportUnreachable(to);
        }
        if (snapshot) {
          node.reportSnapshot(to, arrived);
        }
      }
      case RaftInbox.Event.Pulled(var block, Runnable written) -> {
        ledger.fetched(block);
        written.run();
      }
      case RaftInbox.Event.ConfigFound(long number) -> {
        if (soft.leader() == 0) {
          ledger.catchUpTo(number);
        }
      }
    }
  }

  /// What the leader appends is kept while blocks before it are fetched, but not all of it: it
  /// comes again, as a snapshot in the end.
  private void receive(Message message) {
    boolean tooMuch =
        ledger.isCatchingUp() && node.lastIndex() - node.appliedIndex() > MAX_HELD_ENTRIES;
    if (!tooMuch || !(message instanceof Message.Append)) {
      node.step(message);
    }
  }

  private void onTime() {
    long now = ports.nanoTime().getAsLong();
    if (proposals.isPending() && proposals.deadline() - now <= 0) {
      proposals.cutNow();
    }
    if (nextTick - now > 0) {
      return;
    }
    if (soft.role() == Role.LEADER) {
      active.observed(node.activeVoters()).ifPresent(ports.cluster()::active);
    } else if (soft.leader() == 0) {
      active.unknown();
    }
    node.tick();
    proposals.tick();
    submissions.tick(now);
    nextTick += setup.tick().toNanos();
    if (nextTick - now <= 0) {
      nextTick = now + setup.tick().toNanos(); // this thread was late
    }
    if (suspicion.isDue(now, soft.leader())) {
      ports
          .cluster()
          .findNewestConfig(number -> inbox.offer(new RaftInbox.Event.ConfigFound(number)));
    }
    if (campaigning) {
      campaignTicks++;
      if (campaignTicks % (2 * setup.options().heartbeatTicks()) == 0) {
        node.campaign();
      }
    }
  }

  private void work() throws InterruptedException {
    while (node.hasReady()) {
      // Whoever learns from these messages that this node leads must find that it knows it.
      soft = node.softState();
      submissions.leaderIs(soft.leader(), node.hardState().term());
      Ready ready = node.ready();
      ready.messages().forEach(ports.cluster()::send);
      store(ready);
      ready.replies().forEach(ports.cluster()::send);
      if (ready.snapshot().isPresent()) {
        ledger.catchUp(ready.snapshot().get());
      }
      ledger.apply(ready.committed());
      node.advance();
      observeLeader();
      lead();
      snapshotIfDue();
    }
    observeLeader(); // that one is heard no more asks for nothing to be done
    Map<Long, Consenter> configured = ledger.membership().consenters();
    submissions.membersAre(configured.size());
    // Whoever is removed may not hear of the commit of that, because nobody sends to it any more.
    boolean forgotten = soft.leader() == 0 && !configured.containsKey(node.id());
    evicted = ledger.isEvicted() || forgotten;
  }

  private void store(Ready ready) {
    long start = ports.nanoTime().getAsLong();
    RaftStorage storage = ports.storage();
    if (ready.snapshot().isPresent()) {
      storage.replace(
          ready.snapshot().get(), ready.hardState().orElse(node.hardState()), ready.entries());
    } else {
      storage.append(ready.entries(), ready.hardState(), ready.mustSync());
    }
    if (!ready.mustSync()) {
      return;
    }
    long took = ports.nanoTime().getAsLong() - start;
    ports.metrics().dataPersistDuration().observe(took / 1e9);
    long election = setup.tick().toNanos() * setup.options().electionTicks();
    if (took > election / 2) {
      LOG.warn(
          "WAL sync took {} seconds and the network is configured to start elections after {}"
              + " seconds. Your disk is too slow and may cause loss of quorum and trigger"
              + " leadership election. {}",
          took / 1e9,
          election / 1e9,
          label);
    }
  }

  private void observeLeader() throws InterruptedException {
    SoftState now = node.softState();
    soft = now;
    submissions.leaderIs(now.leader(), node.hardState().term());
    if (now.leader() == knownLeader) {
      return;
    }
    LOG.info("Raft leader changed: {} -> {} {}", knownLeader, now.leader(), label);
    ports.metrics().leaderChanges().increment();
    ports.metrics().isLeader().set(now.leader() == node.id() ? 1 : 0);
    if (knownLeader == node.id()) {
      proposals.end();
      List<Submitted> dropped = inbox.dropSubmitted();
      if (!dropped.isEmpty()) {
        LOG.warn("Discarded {} messages that waited for this leader {}", dropped.size(), label);
        dropped.forEach(proposals::refuse);
      }
    }
    if (now.leader() != 0) {
      campaigning = false;
      proposals.newLeader(now.leader(), node.hardState().term());
    }
    knownLeader = now.leader();
  }

  private void lead() {
    if (soft.leader() != node.id() || ledger.isCatchingUp()) {
      return;
    }
    Optional<ConfChange> change = ledger.unappliedChange();
    changePending = change.isPresent();
    if (change.isPresent()) {
      node.proposeConfChange(RaftCodec.confChange(change.get()));
    } else if (!proposals.hasBegun() && node.lastIndex() == node.appliedIndex()) {
      LOG.info(
          "Start accepting requests as Raft leader at block [{}] {}",
          ports.support().lastBlock().getHeader().getNumber(),
          label);
      proposals.begin();
    }
  }

  private void snapshotIfDue() {
    Optional<Bytes> data = ledger.snapshotData();
    if (ledger.bytesSinceSnapshot() < ledger.snapshotBytes() || data.isEmpty()) {
      return;
    }
    long index = node.appliedIndex();
    long upTo = Math.max(node.firstIndex() - 1, index - KEPT_BEHIND_SNAPSHOT);
    var snapshot = new Snapshot(index, node.termAt(index), node.confState(), data.get());
    long number = ports.support().lastBlock().getHeader().getNumber();
    node.compact(snapshot, upTo);
    ports.storage().replace(snapshot, node.hardState(), node.entriesAfter(upTo));
    LOG.info(
        "Accumulated {} bytes since last snapshot, exceeding size limit ({} bytes), taking"
            + " snapshot at block [{}] (index: {}), current nodes: {} {}",
        ledger.bytesSinceSnapshot(),
        ledger.snapshotBytes(),
        number,
        index,
        node.confState().voters(),
        label);
    ports.metrics().snapshotBlockNumber().set((double) number);
    ledger.snapshotTaken();
  }
}
