package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.consensus.Message;
import io.denim.consensus.RaftNode;
import io.denim.order.Submission;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// One channel's orderers in virtual time, from the first envelope to the blocks on their disks:
/// one seeded random source decides what happens, and {@link SimulationInvariants} are checked
/// after each step. Messages are lost, late, doubled and out of order; links fail one way or both;
/// nodes crash in the middle of a write and lose what was not synced; disks are slow, clocks jump,
/// processes pause; consenters join, leave and change certificates. Then everything heals, and the
/// channel must go on. The same seed is the same run. Used by one thread.
public final class RaftSimulation {
  private static final long MILLI = 1_000_000;
  private static final long FAULTY_NANOS = Duration.ofSeconds(40).toNanos();
  private static final long HEALING_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long WAKE_NANOS = 50 * MILLI;
  private static final int MAX_ON_THE_WAY = 2_000;

  private final SimulatedNetwork network;
  private final Random random;
  private final Consumer<String> trace;
  private final SimulationInvariants invariants;
  private final SimulationFaults faults;
  private final SortedMap<Long, SimulatedOrderer> nodes = new TreeMap<>();
  private final PriorityQueue<Happening> queue = new PriorityQueue<>();
  private final Map<Long, Long> nextWake = new HashMap<>();
  private final Map<Long, String> told = new HashMap<>();
  private final World world = new World();
  private final int size;
  private long now;
  private long happenings;
  private int onTheWay;
  private long nextEnvelope;

  /// What came of a run that went well.
  ///
  /// @param blocks on the channel in the end
  /// @param acknowledged envelopes
  public record Outcome(int blocks, int acknowledged, int refused) {}

  /// What is to happen at a time; of those at one time, the one that was planned first.
  private record Happening(long time, long number, Runnable action)
      implements Comparable<Happening> {
    @Override
    public int compareTo(Happening other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /// What many simulations share: certificates and configurations.
  public static final class Shared {
    private final SimulatedNetwork network;

    /// @param folder where certificates are made
    public Shared(Path folder) throws IOException {
      this.network = new SimulatedNetwork(folder);
    }

    /// Runs one seed.
    ///
    /// @param trace takes a readable line for each thing that happens
    /// @throws AssertionError if an invariant does not hold; the message names it
    public Outcome run(long seed, Consumer<String> trace) {
      return new RaftSimulation(network, seed, trace).run();
    }
  }

  private RaftSimulation(SimulatedNetwork network, long seed, Consumer<String> trace) {
    this.network = network;
    this.random = new Random(seed);
    this.trace = trace;
    this.size = 1 + (int) (seed % 5);
    this.invariants = new SimulationInvariants(nodes, network.genesis(size));
    this.faults = new SimulationFaults(random);
  }

  private Outcome run() {
    for (long id = 1; id <= size; id++) {
      List<Block> chain = List.of(network.genesis(size));
      nodes.put(id, new SimulatedOrderer(id, world, chain, ByteString.EMPTY, true));
    }
    for (SimulatedOrderer node : List.copyOf(nodes.values())) {
      start(node);
    }
    plan(0, this::submitAgain);
    plan(0, this::strikeAgain);
    runUntil(FAULTY_NANOS);
    heal();
    invariants.finish(network);
    return new Outcome(invariants.height(), invariants.acknowledged(), invariants.refused());
  }

  private void plan(long time, Runnable action) {
    happenings++;
    queue.add(new Happening(Math.max(time, now), happenings, action));
  }

  private void runUntil(long end) {
    while (!queue.isEmpty() && queue.element().time() <= end) {
      Happening next = queue.remove();
      now = next.time();
      next.action().run();
      invariants.check();
    }
    now = end;
  }

  private void say(String what) {
    trace.accept(String.format("%9.3f s  %s", now / 1e9, what));
  }

  // Nodes

  private void start(SimulatedOrderer node) {
    say("node " + node.id() + " starts with " + node.height() + " blocks");
    node.pause(false);
    node.start();
    wake(node, now);
  }

  private void wake(SimulatedOrderer node, long time) {
    Long planned = nextWake.get(node.id());
    if (planned != null && planned <= time) {
      return;
    }
    nextWake.put(node.id(), time);
    plan(time, () -> woken(node, time));
  }

  private void woken(SimulatedOrderer node, long time) {
    Long planned = nextWake.get(node.id());
    if (planned == null || planned != time) {
      return; // an earlier one came between
    }
    nextWake.remove(node.id());
    if (!node.isUp()) {
      return;
    }
    if (node.isPaused() || node.busyUntil() > now) {
      wake(node, node.isPaused() ? now + WAKE_NANOS : node.busyUntil());
      return;
    }
    boolean wasUp = node.isUp();
    node.round();
    if (wasUp && !node.isUp()) {
      say("node " + node.id() + (node.hasLeft() ? " left the channel" : " crashed in a write"));
    }
    tellRaft(node);
    wake(node, now + WAKE_NANOS / 2 + random.nextLong(WAKE_NANOS));
  }

  /// Tells how a node stands, where that has changed.
  private void tellRaft(SimulatedOrderer node) {
    if (!node.isUp()) {
      return;
    }
    RaftNode raft = node.raft();
    String standing =
        raft.softState().role()
            + " in term "
            + raft.hardState().term()
            + " under "
            + raft.softState().leader()
            + " among "
            + raft.confState().voters();
    if (!standing.equals(told.put(node.id(), standing))) {
      say(
          "node "
              + node.id()
              + ": "
              + standing
              + ", committed "
              + raft.hardState().commit()
              + " of "
              + raft.lastIndex());
    }
  }

  private SimulatedOrderer any() {
    List<SimulatedOrderer> all = List.copyOf(nodes.values());
    return all.get(random.nextInt(all.size()));
  }

  // Clients

  private void submitAgain() {
    if (faults.areOver()) {
      return;
    }
    SimulatedOrderer node = any();
    if (node.isUp() && !node.isPaused()) {
      boolean config = random.nextInt(1_000) < faults.membershipPerMille();
      if (config) {
        changeMembership(node);
      } else {
        submit(node);
      }
    }
    plan(now + random.nextLong(faults.submitNanos()), this::submitAgain);
  }

  private void submit(SimulatedOrderer node) {
    nextEnvelope++;
    byte[] data = new byte[8 + random.nextInt(400)];
    ByteString text = ByteString.copyFromUtf8("e" + nextEnvelope + " ");
    Envelope envelope =
        SimulatedNetwork.envelope(
            HeaderType.ENDORSER_TRANSACTION, text.concat(ByteString.copyFrom(data)));
    give(node, envelope, false, "e" + nextEnvelope);
  }

  private void give(SimulatedOrderer node, Envelope envelope, boolean config, String name) {
    say("a client gives " + name + " to node " + node.id());
    invariants.submitted(envelope);
    node.submit(
        envelope,
        config,
        outcome -> {
          say(name + " at node " + node.id() + ": " + outcome);
          invariants.answered(envelope, config, outcome);
        });
    if (node.isUp()) {
      wake(node, now);
    }
  }

  private void changeMembership(SimulatedOrderer node) {
    ChannelConfig config = node.config();
    List<Consenter> consenters =
        new ArrayList<>(SimulatedNetwork.metadata(config).getConsentersList());
    int kind = random.nextInt(3);
    Consenter fresh = freshConsenter(consenters);
    int chosen = random.nextInt(consenters.size());
    if (kind == 0 && consenters.size() < 6) {
      consenters.add(fresh);
    } else if (kind == 1 && consenters.size() > 2) {
      consenters.remove(chosen);
    } else {
      consenters.set(chosen, fresh);
    }
    nextEnvelope++;
    Envelope update = SimulatedNetwork.withConsenters(config, consenters, nextEnvelope);
    give(node, update, true, "config c" + nextEnvelope + " to " + consenters.size() + " nodes");
  }

  private Consenter freshConsenter(List<Consenter> taken) {
    while (true) {
      ByteString certificate = network.certificate(random.nextInt(SimulatedNetwork.CERTIFICATES));
      if (taken.stream().noneMatch(each -> each.getClientTlsCert().equals(certificate))) {
        return taken.getFirst().toBuilder()
            .setClientTlsCert(certificate)
            .setServerTlsCert(certificate)
            .build();
      }
    }
  }

  // Faults

  private void strikeAgain() {
    if (faults.areOver()) {
      return;
    }
    SimulatedOrderer node = any();
    switch (faults.next()) {
      case CRASH_OR_START -> {
        if (node.isUp()) {
          say("node " + node.id() + " crashes");
          node.crash();
        } else if (!node.hasLeft()) {
          start(node);
        }
      }
      case LINKS -> say(faults.cutLinks(nodes.keySet()));
      case MEND_LINKS -> {
        faults.mendLinks();
        say("all links are whole");
      }
      case SLOW_DISK -> say(faults.slowDisk(node.id()));
      case CLOCK -> {
        long jump = random.nextLong(4_000) * MILLI;
        say("the clock of node " + node.id() + " jumps by " + jump / MILLI + " ms");
        node.clockJumps(jump);
      }
      case PAUSE -> {
        say("node " + node.id() + (node.isPaused() ? " goes on" : " is stopped"));
        node.pause(!node.isPaused());
      }
      case NOTHING -> {}
    }
    plan(now + random.nextLong(faults.strikeNanos()), this::strikeAgain);
  }

  private void heal() {
    say("everything heals");
    faults.end();
    for (SimulatedOrderer node : List.copyOf(nodes.values())) {
      node.pause(false);
      if (!node.isUp() && !node.hasLeft()) {
        start(node);
      }
    }
    runUntil(now + HEALING_NANOS);
    invariants.healed();
    for (SimulatedOrderer node : List.copyOf(nodes.values())) {
      if (node.isUp()) {
        submit(node);
      }
    }
    runUntil(now + HEALING_NANOS);
    invariants.checkHealed(now);
  }

  /// What the nodes see of all this.
  private final class World implements SimulatedOrderer.World {
    @Override
    public long now() {
      return now;
    }

    @Override
    public RandomGenerator random() {
      return random;
    }

    @Override
    public ChannelConfig config(Block block) {
      return network.config(block);
    }

    @Override
    public boolean strikes(int perMille) {
      return faults.strikes(perMille);
    }

    @Override
    public long syncNanos(long node) {
      return faults.syncNanos(node);
    }

    @Override
    public void send(long departure, Message message) {
      boolean install = message instanceof Message.Install;
      if (faults.isCut(message.from(), message.to()) || onTheWay > MAX_ON_THE_WAY) {
        if (install || random.nextBoolean()) {
          report(departure, message, install, false);
        }
        return;
      }
      if (!install && faults.losesMessage()) {
        return;
      }
      deliver(departure + faults.latency(), message);
      if (faults.doublesMessage()) {
        deliver(departure + faults.latency(), message);
      }
    }

    private void report(long time, Message message, boolean install, boolean arrived) {
      plan(
          time,
          () -> {
            SimulatedOrderer from = nodes.get(message.from());
            if (from != null && from.isUp()) {
              from.receive(new RaftInbox.Event.Delivery(message.to(), install, arrived));
            }
          });
    }

    private void deliver(long time, Message message) {
      onTheWay++;
      plan(
          time,
          () -> {
            onTheWay--;
            SimulatedOrderer to = nodes.get(message.to());
            boolean install = message instanceof Message.Install;
            boolean arrived = false;
            if (to != null && to.isUp() && !faults.isCut(message.from(), message.to())) {
              arrived = true;
              to.receive(new RaftInbox.Event.Received(message));
              wake(to, now);
            }
            if (install) {
              report(now, message, true, arrived);
            }
          });
    }

    @Override
    public Submission forward(long from, long to, Envelope envelope, long configSequence) {
      if (faults.isCut(from, to)) {
        return new Submission.Unavailable("no connection");
      }
      boolean config = SimulatedNetwork.isConfig(envelope);
      plan(
          now + faults.forwardLatency(),
          () -> {
            SimulatedOrderer leader = nodes.get(to);
            if (leader != null
                && leader.isUp()
                && !faults.isCut(from, to)
                && leader.takeForwarded(envelope, configSequence, config)
                    instanceof Submission.Accepted) {
              wake(leader, now);
            }
          });
      return new Submission.Accepted();
    }

    @Override
    public List<Block> blocks(long from, long to) {
      return invariants.blocks(from, to);
    }

    @Override
    public void findNewestConfig(long node, LongConsumer found) {
      plan(now + faults.latency(), () -> found.accept(invariants.newestConfig()));
    }

    @Override
    public void written(long node, Block block, ByteString metadata) {
      invariants.written(node, block, metadata).ifPresent(joined -> plan(now, () -> join(joined)));
    }

    private void join(long id) {
      if (!nodes.containsKey(id)) {
        say("node " + id + " joins");
        var node =
            new SimulatedOrderer(id, this, invariants.chain(), invariants.newestMetadata(), false);
        nodes.put(id, node);
        start(node);
      }
    }
  }
}
