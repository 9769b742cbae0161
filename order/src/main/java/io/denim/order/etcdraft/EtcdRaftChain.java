package io.denim.order.etcdraft;

import io.denim.consensus.Bytes;
import io.denim.consensus.ConfChange;
import io.denim.consensus.ConfState;
import io.denim.consensus.RaftNode;
import io.denim.consensus.RaftOptions;
import io.denim.consensus.RaftState;
import io.denim.consensus.Ready;
import io.denim.consensus.Role;
import io.denim.consensus.Snapshot;
import io.denim.consensus.SoftState;
import io.denim.order.Chain;
import io.denim.order.ChainSupport;
import io.denim.order.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One channel's Raft node at work (fabric v3.1.5 orderer/consensus/etcdraft/chain.go, node.go). A
/// thread of its own turns ticks, messages and envelopes into steps of the state machine, stores
/// what that asks for, sends what it says and writes the blocks that it commits. Everything but the
/// inbox and the volatile fields is owned by that thread.
final class EtcdRaftChain implements Chain {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");
  private static final int MAX_EVENTS_A_ROUND = 512;
  private static final int KEPT_BEHIND_SNAPSHOT = 4;
  private static final int MIN_BLOCKS_IN_FLIGHT = 64;

  private final Setup setup;
  private final String label;
  private final ChainSupport support;
  private final Cluster cluster;
  private final RaftInbox inbox;
  private final RaftStore store;
  private final RaftNode node;
  private final RaftProposals proposals;
  private final RaftLedger ledger;
  private final Thread thread;
  private final Consumer<EtcdRaftChain> whenStopped;
  private volatile SoftState soft = new SoftState(0, Role.FOLLOWER);
  private volatile int members;
  private volatile boolean failed;
  private volatile boolean evicted;
  private volatile boolean closed;
  private long knownLeader;
  private boolean changePending; // of the membership, while this node leads
  private boolean campaigning;
  private int campaignTicks;
  private long nextTick;

  /// What a chain is made from.
  ///
  /// @param folder of its log
  /// @param snapshotBytes of blocks between two snapshots
  /// @param newChannel whether a node that has stored nothing begins the channel rather than joins
  ///   it
  /// @param picked whether this node is the one that begins the first election
  record Setup(
      String channelId,
      Path folder,
      RaftOptions options,
      Duration tick,
      long snapshotBytes,
      boolean newChannel,
      boolean picked) {}

  /// @param whenStopped is told when the chain's thread has ended
  EtcdRaftChain(
      Setup setup,
      Membership membership,
      ChainSupport support,
      Cluster cluster,
      RaftInbox inbox,
      Consumer<EtcdRaftChain> whenStopped) {
    this.whenStopped = whenStopped;
    this.setup = setup;
    this.label = "channel=" + setup.channelId() + " node=" + setup.options().id();
    this.support = support;
    this.cluster = cluster;
    this.inbox = inbox;
    this.store = RaftStore.open(setup.folder());
    this.node = node(setup, membership, store.stored());
    this.proposals =
        new RaftProposals(
            label, support, node, Math.max(MIN_BLOCKS_IN_FLIGHT, setup.options().maxInflight()));
    this.ledger = new RaftLedger(label, node, support, cluster, membership, proposals::written);
    this.members = membership.consenters().size();
    this.thread = Thread.ofPlatform().name("chain-" + setup.channelId()).unstarted(this::run);
  }

  private static RaftNode node(Setup setup, Membership membership, RaftStore.Stored stored) {
    if (!stored.fresh() || !setup.newChannel()) {
      ConfState voters = stored.snapshot().map(Snapshot::confState).orElse(ConfState.EMPTY);
      long applied = stored.snapshot().map(Snapshot::index).orElse(0L);
      return RaftNode.restart(
          setup.options(),
          new RaftState(stored.snapshot(), stored.hardState(), stored.entries(), applied, voters),
          new Random());
    }
    List<Long> voters = membership.metadata().getConsenterIdsList();
    List<Bytes> joins =
        voters.stream()
            .map(id -> RaftCodec.confChange(new ConfChange(ConfChange.Kind.ADD, id)))
            .toList();
    return RaftNode.bootstrap(setup.options(), voters, joins, new Random());
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public Submission order(Envelope message, long configSequence) throws InterruptedException {
    return submit(new RaftInbox.Event.Submitted(message, configSequence, false));
  }

  @Override
  public Submission configure(Envelope config, long configSequence) throws InterruptedException {
    return submit(new RaftInbox.Event.Submitted(config, configSequence, true));
  }

  /// Takes an envelope that another orderer forwarded because it believes that this one leads.
  Submission orderForwarded(Envelope message, long configSequence, boolean isConfig)
      throws InterruptedException {
    if (soft.leader() != node.id()) {
      return new Submission.Unavailable("no Raft leader");
    }
    return submit(new RaftInbox.Event.Submitted(message, configSequence, isConfig));
  }

  /// This node's id among the channel's consenters.
  long nodeId() {
    return node.id();
  }

  private Submission submit(RaftInbox.Event.Submitted submitted) throws InterruptedException {
    if (closed || failed || evicted) {
      return new Submission.Unavailable("chain is stopped");
    }
    long leader = soft.leader();
    if (leader == 0) {
      return new Submission.Unavailable("no Raft leader");
    }
    if (leader != node.id()) {
      return cluster.forward(leader, submitted.envelope(), submitted.configSequence());
    }
    return inbox.submit(submitted)
        ? new Submission.Accepted()
        : new Submission.Unavailable("chain is stopped");
  }

  @Override
  public Participation participation() {
    if (failed) {
      return new Participation("consenter", "failed");
    }
    return evicted
        ? new Participation("config-tracker", "inactive")
        : new Participation("consenter", closed ? "inactive" : "active");
  }

  /// A cluster of one or two cannot grow without serving reads while it has no leader.
  @Override
  public boolean isHealthy() {
    return !closed && !failed && !evicted && (soft.leader() != 0 || members <= 2);
  }

  /// The thread is not interrupted, which would close the files that it writes.
  @Override
  public void close() {
    closed = true;
    inbox.close();
    cluster.close();
    if (thread.getState() == Thread.State.NEW) {
      whenStopped.accept(this);
      store.close();
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      LOG.info("Starting Raft node {}", label);
      begin();
      while (!closed && !evicted) {
        takeEvents();
        onTime();
        work();
      }
    } catch (InterruptedException e) {
      LOG.debug("the chain stops {}", label);
    } catch (RuntimeException e) {
      failed = true;
      LOG.error("ordering stopped: {} {}", e.getMessage(), label, e);
    } finally {
      soft = new SoftState(0, Role.FOLLOWER);
      inbox.close();
      cluster.close();
      store.close();
      whenStopped.accept(this);
      if (evicted) {
        support.leave();
      }
      LOG.info("Raft node stopped {}", label);
    }
  }

  private void begin() throws InterruptedException {
    nextTick = System.nanoTime() + setup.tick().toNanos();
    Optional<Snapshot> snapshot = store.stored().snapshot();
    if (snapshot.isPresent()) {
      ledger.catchUp(snapshot.get());
    }
    work();
    if (node.confState().voters().equals(List.of(node.id()))) {
      node.campaign(); // nobody else could lead
      work();
    } else if (setup.picked() && setup.newChannel() && store.stored().fresh()) {
      LOG.info("This node is picked to start campaign {}", label);
      campaigning = true;
    }
  }

  private void takeEvents() throws InterruptedException {
    long now = System.nanoTime();
    long wait = nextTick - now;
    if (proposals.isPending()) {
      wait = Math.min(wait, proposals.deadline() - now);
    }
    RaftInbox.Event event = inbox.poll(Math.max(wait, 1), wantsSubmitted());
    for (int taken = 1; event != null; taken++) {
      take(event);
      event = taken < MAX_EVENTS_A_ROUND ? inbox.poll(0, wantsSubmitted()) : null;
    }
  }

  private boolean wantsSubmitted() {
    return proposals.wantsMore() && !changePending;
  }

  private void take(RaftInbox.Event event) {
    switch (event) {
      case RaftInbox.Event.Submitted submitted -> proposals.take(submitted);
      case RaftInbox.Event.Received(var message) -> node.step(message);
      case RaftInbox.Event.Delivery(long to, boolean snapshot, boolean arrived) -> {
        if (!arrived) {
          node.reportUnreachable(to);
        }
        if (snapshot) {
          node.reportSnapshot(to, arrived);
        }
      }
    }
  }

  private void onTime() {
    long now = System.nanoTime();
    if (proposals.isPending() && proposals.deadline() - now <= 0) {
      proposals.cutNow();
    }
    if (nextTick - now > 0) {
      return;
    }
    if (soft.role() == Role.LEADER) {
      cluster.active(node.activeVoters());
    }
    node.tick();
    nextTick += setup.tick().toNanos();
    if (nextTick - now <= 0) {
      nextTick = now + setup.tick().toNanos(); // this thread was late
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
      Ready ready = node.ready();
      ready.messages().forEach(cluster::send);
      store(ready);
      ready.replies().forEach(cluster::send);
      if (ready.snapshot().isPresent()) {
        ledger.catchUp(ready.snapshot().get());
      }
      ledger.apply(ready.committed());
      node.advance();
      observeLeader();
      lead();
      snapshotIfDue();
    }
    Map<Long, Consenter> configured = ledger.membership().consenters();
    members = configured.size();
    // Whoever is removed may not hear of the commit of that, because nobody sends to it any more.
    boolean forgotten = soft.leader() == 0 && !configured.containsKey(node.id());
    evicted = ledger.isEvicted() || forgotten;
  }

  private void store(Ready ready) {
    if (ready.snapshot().isPresent()) {
      store.replace(
          ready.snapshot().get(), ready.hardState().orElse(node.hardState()), ready.entries());
    } else {
      store.append(ready.entries(), ready.hardState(), ready.mustSync());
    }
  }

  private void observeLeader() {
    SoftState now = node.softState();
    soft = now;
    if (now.leader() == knownLeader) {
      return;
    }
    LOG.info("Raft leader changed: {} -> {} {}", knownLeader, now.leader(), label);
    if (knownLeader == node.id()) {
      proposals.end();
      int dropped = inbox.dropSubmitted();
      if (dropped > 0) {
        LOG.warn("Discarded {} messages that waited for this leader {}", dropped, label);
      }
    }
    if (now.leader() != 0) {
      campaigning = false;
    }
    knownLeader = now.leader();
  }

  private void lead() {
    if (soft.leader() != node.id()) {
      return;
    }
    Optional<ConfChange> change = ledger.unappliedChange();
    changePending = change.isPresent();
    if (change.isPresent()) {
      node.proposeConfChange(RaftCodec.confChange(change.get()));
    } else if (!proposals.hasBegun() && node.lastIndex() == node.appliedIndex()) {
      LOG.info(
          "Start accepting requests as Raft leader at block [{}] {}",
          support.lastBlock().getHeader().getNumber(),
          label);
      proposals.begin();
    }
  }

  private void snapshotIfDue() {
    Optional<Bytes> data = ledger.snapshotData();
    if (ledger.bytesSinceSnapshot() < setup.snapshotBytes() || data.isEmpty()) {
      return;
    }
    long index = node.appliedIndex();
    long upTo = Math.max(node.firstIndex() - 1, index - KEPT_BEHIND_SNAPSHOT);
    var snapshot = new Snapshot(index, node.termAt(index), node.confState(), data.get());
    node.compact(snapshot, upTo);
    store.replace(snapshot, node.hardState(), node.entriesAfter(upTo));
    LOG.info(
        "Accumulated {} bytes since last snapshot, exceeding size limit ({} bytes), taking"
            + " snapshot at block [{}] (index: {}), current nodes: {} {}",
        ledger.bytesSinceSnapshot(),
        setup.snapshotBytes(),
        support.lastBlock().getHeader().getNumber(),
        index,
        node.confState().voters(),
        label);
    ledger.snapshotTaken();
  }
}
