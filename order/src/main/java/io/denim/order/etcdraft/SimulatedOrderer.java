package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.consensus.Entry;
import io.denim.consensus.HardState;
import io.denim.consensus.Message;
import io.denim.consensus.RaftNode;
import io.denim.consensus.RaftOptions;
import io.denim.consensus.Snapshot;
import io.denim.metrics.Metrics;
import io.denim.order.ChainSupport;
import io.denim.order.Receipt;
import io.denim.order.Submission;
import io.denim.order.Verdict;
import io.denim.order.WaitingBytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Status;
import org.hyperledger.fabric.protos.orderer.etcdraft.BlockMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;
import org.jspecify.annotations.Nullable;

/// One orderer of a simulated channel: a real {@link RaftReplica} over a disk that forgets what was
/// not synced, a ledger, a clock of its own and the simulation's network. Used by one thread.
final class SimulatedOrderer {
  private static final RaftMetrics METRICS = RaftMetrics.of(new Metrics(), "simulation");
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration EVICTION_SUSPICION = Duration.ofSeconds(15);
  private static final int ELECTION_TICKS = 10;
  private static final int MAX_MESSAGE_BYTES = 1_000;
  private static final int MAX_IN_FLIGHT = 5;

  private final long id;
  private final World world;
  private final boolean first;
  private final List<Block> blocks = new ArrayList<>();
  private final List<ByteString> metadata = new ArrayList<>();
  private final Disk disk = new Disk();
  private ChannelConfig config;
  private @Nullable Running running;
  private boolean left;
  private long clockAhead; // of the world's, in nanoseconds
  private long busyUntil;
  private boolean paused;

  /// What a node is while it is up.
  private record Running(RaftReplica replica, RaftInbox inbox, Submissions submissions) {}

  /// The node fails now.
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }

  /// What the nodes share. Times are the world's, in nanoseconds.
  interface World {
    long now();

    RandomGenerator random();

    ChannelConfig config(Block block);

    /// Whether a fault happens that has this chance in a thousand while there are faults.
    boolean strikes(int perMille);

    /// How long a sync takes.
    long syncNanos(long node);

    void send(long departure, Message message);

    Submission forward(long from, long to, Envelope envelope, long configSequence);

    List<Block> blocks(long from, long to);

    void findNewestConfig(long node, LongConsumer found);

    void written(long node, Block block, ByteString metadata);
  }

  /// @param chain the blocks that the node has already, the genesis block at least
  /// @param first whether it is one of the channel's first nodes
  SimulatedOrderer(
      long id, World world, List<Block> chain, ByteString lastMetadata, boolean first) {
    this.id = id;
    this.world = world;
    this.first = first;
    for (Block block : chain) {
      blocks.add(block);
      metadata.add(ByteString.EMPTY);
    }
    metadata.set(metadata.size() - 1, lastMetadata);
    this.config = newestConfig();
  }

  private ChannelConfig newestConfig() {
    for (int i = blocks.size() - 1; i > 0; i--) {
      if (ConfigBlocks.isConfigBlock(blocks.get(i))) {
        return world.config(blocks.get(i));
      }
    }
    return world.config(blocks.getFirst());
  }

  long id() {
    return id;
  }

  boolean isUp() {
    return running != null;
  }

  /// Whether the node found that it is no longer a consenter.
  boolean hasLeft() {
    return left;
  }

  int height() {
    return blocks.size();
  }

  Block block(int number) {
    return blocks.get(number);
  }

  ChannelConfig config() {
    return config;
  }

  RaftNode raft() {
    return up().replica().raft();
  }

  long busyUntil() {
    return busyUntil;
  }

  boolean isPaused() {
    return paused;
  }

  void pause(boolean on) {
    paused = on;
  }

  void clockJumps(long nanos) {
    clockAhead += nanos;
  }

  private Running up() {
    if (running == null) {
      throw new IllegalStateException("node " + id + " is down");
    }
    return running;
  }

  void start() {
    config = newestConfig();
    ConfigMetadata current = SimulatedNetwork.metadata(config);
    BlockMetadata last;
    try {
      last = BlockMetadata.parseFrom(metadata.getLast());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a simulated block's metadata does not parse", e);
    }
    Membership membership = Membership.of(last, current);
    if (!membership.consenters().containsKey(id)) {
      left = true;
      return;
    }
    var setup =
        new RaftReplica.Setup(
            SimulatedNetwork.CHANNEL,
            new RaftOptions(id, ELECTION_TICKS, 1, MAX_MESSAGE_BYTES, MAX_IN_FLIGHT, 1 << 20),
            TICK,
            current.getOptions().getSnapshotIntervalSize(),
            first && (blocks.size() == 1 || metadata.getLast().isEmpty()),
            id == 1,
            EVICTION_SUSPICION);
    var room = new WaitingBytes(Long.MAX_VALUE / 2);
    RaftInbox inbox = new RaftInbox(room.share(), room.share());
    var cluster = new SimulatedCluster();
    var ports =
        new RaftReplica.Ports(new Ledger(), cluster, disk, this::clock, world.random(), METRICS);
    var submissions = new Submissions(id, cluster, inbox, ports.nanoTime(), METRICS);
    running =
        new Running(
            new RaftReplica(setup, membership, ports, inbox, submissions, new ActiveNodes(METRICS)),
            inbox,
            submissions);
    busyUntil = world.now();
    attempt(() -> up().replica().begin());
  }

  private long clock() {
    return Math.max(world.now(), busyUntil) + clockAhead;
  }

  /// Something that the replica does, in which the node may fail.
  private interface Work {
    void run() throws InterruptedException;
  }

  private void attempt(Work work) {
    try {
      work.run();
    } catch (Crash e) {
      crash();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a simulation", e);
    }
    if (running != null && running.replica().isEvicted()) {
      running = null;
      left = true;
    }
  }

  void crash() {
    running = null;
    disk.crash();
  }

  /// Lets the node do what there is to do.
  void round() {
    attempt(() -> up().replica().round(0));
  }

  void receive(RaftInbox.Event event) {
    up().inbox().offer(event);
  }

  void submit(Envelope envelope, boolean isConfig, Receipt receipt) {
    attempt(() -> up().submissions().submit(envelope, config.sequence(), isConfig, receipt));
  }

  Submission takeForwarded(Envelope envelope, long configSequence, boolean isConfig) {
    try {
      return up().submissions().forwarded(envelope, configSequence, isConfig);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a simulation", e);
    }
  }

  /// A disk of which a crash leaves what was synced, and some of what was not.
  private final class Disk implements RaftStorage {
    private Stored synced = new Stored(true, Optional.empty(), HardState.EMPTY, List.of());
    private final List<Stored> unsynced = new ArrayList<>(); // states after each later write

    private Stored current() {
      return unsynced.isEmpty() ? synced : unsynced.getLast();
    }

    void crash() {
      if (!unsynced.isEmpty()) {
        int kept = world.random().nextInt(unsynced.size() + 1);
        if (kept > 0) {
          synced = unsynced.get(kept - 1);
        }
        unsynced.clear();
      }
    }

    @Override
    public Stored stored() {
      return current();
    }

    @Override
    public void append(List<Entry> entries, Optional<HardState> hardState, boolean sync) {
      crashMaybe();
      if (entries.isEmpty() && hardState.isEmpty()) {
        return;
      }
      List<Entry> log = new ArrayList<>(current().entries());
      if (!entries.isEmpty()) {
        long from = entries.getFirst().index();
        log.removeIf(entry -> entry.index() >= from);
        log.addAll(entries);
      }
      HardState state = hardState.orElse(current().hardState());
      unsynced.add(new Stored(false, current().snapshot(), state, log));
      if (sync) {
        crashMaybe();
        sync();
      }
    }

    @Override
    public void replace(Snapshot snapshot, HardState hardState, List<Entry> entries) {
      crashMaybe();
      unsynced.add(new Stored(false, Optional.of(snapshot), hardState, entries));
      sync();
      crashMaybe();
    }

    private void sync() {
      busyUntil = Math.max(busyUntil, world.now()) + world.syncNanos(id);
      synced = current();
      unsynced.clear();
      crashMaybe();
    }

    private void crashMaybe() {
      if (world.strikes(1)) {
        throw new Crash();
      }
    }

    @Override
    public void close() {}
  }

  private final class Ledger implements ChainSupport {
    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public Verdict recheck(Envelope message, boolean isConfig) {
      return isConfig
          ? new Verdict.Rejected(Status.BAD_REQUEST, "made under an older configuration")
          : new Verdict.Passed(message, config.sequence());
    }

    @Override
    public Block lastBlock() {
      return blocks.getLast();
    }

    @Override
    public void write(List<Block> made, List<ByteString> consenterMetadata) {
      for (int i = 0; i < made.size(); i++) {
        if (world.strikes(1)) {
          throw new Crash();
        }
        blocks.add(made.get(i));
        metadata.add(consenterMetadata.get(i));
        if (ConfigBlocks.isConfigBlock(made.get(i))) {
          config = world.config(made.get(i));
        }
        world.written(id, made.get(i), consenterMetadata.get(i));
      }
      if (world.strikes(1)) {
        throw new Crash();
      }
    }

    @Override
    public void leave() {}
  }

  private final class SimulatedCluster implements Cluster {
    @Override
    public void configure(Map<Long, Consenter> members) {}

    @Override
    public void active(Collection<Long> nodes) {}

    @Override
    public void send(Message message) {
      world.send(Math.max(world.now(), busyUntil), message);
    }

    @Override
    public Submission forward(long leader, Envelope envelope, long configSequence) {
      return world.forward(id, leader, envelope, configSequence);
    }

    @Override
    public void handOver(long leader, Envelope envelope, long configSequence) {
      Submission unheard = world.forward(id, leader, envelope, configSequence);
      assert unheard != null;
    }

    @Override
    public void findNewestConfig(LongConsumer found) {
      world.findNewestConfig(id, found);
    }

    @Override
    public void pull(long from, long to) {
      offerNext(up().inbox(), world.blocks(from, to).iterator());
    }

    private void offerNext(RaftInbox inbox, Iterator<Block> blocks) {
      if (blocks.hasNext()) {
        inbox.offer(
            new RaftInbox.Event.Pulled(
                blocks.next(),
                () -> {
                  if (world.strikes(5)) {
                    throw new Crash();
                  }
                  offerNext(inbox, blocks);
                }));
      }
    }

    @Override
    public void endPull() {}

    @Override
    public void close() {}
  }
}
