package io.denim.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// A cluster in virtual time: one random source decides what happens next, and the invariants are
/// checked after each step. The same seed is the same run.
final class Simulation implements SimulatedNode.Observer {
  private static final int MAX_WAITING_MESSAGES = 300;

  private final Random random;
  private final String name;
  private final SortedMap<Long, SimulatedNode> nodes = new TreeMap<>();
  private final List<Message> network = new ArrayList<>();
  private final Set<Long> cutOff = new HashSet<>();
  private final Set<Long> members = new HashSet<>();

  // What the invariants compare with.
  private final Map<Long, Long> leaderOfTerm = new HashMap<>();
  private final Map<Long, Long> termOfNode = new HashMap<>();
  private final List<Entry> agreed = new ArrayList<>();
  private final Set<Bytes> proposed = new HashSet<>();
  private long nextProposal;
  private boolean faults = true;

  Simulation(long seed, int size) {
    this.random = new Random(seed);
    this.name = "seed " + seed + ", " + size + " nodes";
    List<Long> voters = new ArrayList<>();
    for (long id = 1; id <= size; id++) {
      voters.add(id);
    }
    members.addAll(voters);
    for (long id : voters) {
      newNode(id).bootstrap(voters);
    }
  }

  private SimulatedNode newNode(long id) {
    SimulatedNode node = new SimulatedNode(id, random, network::add, this);
    nodes.put(id, node);
    return node;
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      checkInvariants();
    }
  }

  /// All faults end; the cluster must then agree on something new.
  void healAndCommit() {
    faults = false;
    cutOff.clear();
    for (SimulatedNode node : nodes.values()) {
      if (!node.isUp()) {
        node.start();
      }
    }
    byte[] last = ByteBuffer.allocate(8).putLong(-1).array();
    Bytes proposal = Bytes.wrap(last);
    proposed.add(proposal);
    for (int round = 0; round < 400; round++) {
      for (SimulatedNode node : nodes.values()) {
        node.raft().tick();
        if (round % 50 == 49 && node.raft().softState().role() == Role.LEADER) {
          node.raft().propose(proposal);
        }
        node.work(false);
      }
      deliverAll();
      checkInvariants();
    }
    assertThat(agreed)
        .as(name)
        .anySatisfy(entry -> {
          assertThat(entry.data()).isEqualTo(proposal);
        });
    for (long id : members) {
      assertThat(nodes.get(id).raft().appliedIndex())
          .as("%s: node %d", name, id)
          .isEqualTo(agreed.size());
    }
  }

  int agreedEntries() {
    return agreed.size();
  }

  private void deliverAll() {
    for (int i = 0; i < 50 && !network.isEmpty(); i++) {
      List<Message> now = List.copyOf(network);
      network.clear();
      now.forEach(this::deliver);
    }
  }

  private void step() {
    int choice = random.nextInt(1_000);
    if (choice < 300) {
      SimulatedNode node = any();
      if (node.isUp()) {
        node.raft().tick();
        node.work(random.nextInt(200) == 0);
      }
    } else if (choice < 880) {
      deliverOne();
    } else if (choice < 930) {
      propose();
    } else if (choice < 940) {
      any().compact();
    } else if (choice < 944) {
      crashOrStart();
    } else if (choice < 947) {
      partition();
    } else if (choice < 950) {
      transfer();
    } else if (choice < 953) {
      changeMembership();
    }
    while (network.size() > MAX_WAITING_MESSAGES) {
      lose(network.remove(random.nextInt(network.size())));
    }
  }

  private SimulatedNode any() {
    List<SimulatedNode> all = List.copyOf(nodes.values());
    return all.get(random.nextInt(all.size()));
  }

  private void deliverOne() {
    if (network.isEmpty()) {
      return;
    }
    // Mostly in order, sometimes not.
    int index = random.nextInt(4) == 0 ? random.nextInt(network.size()) : 0;
    Message message = network.remove(index);
    int fate = random.nextInt(100);
    if (fate < 4) {
      lose(message);
      return;
    }
    if (fate < 7) {
      network.add(message); // comes a second time
    }
    deliver(message);
  }

  private void deliver(Message message) {
    SimulatedNode to = nodes.get(message.to());
    if (to == null
        || !to.isUp()
        || cutOff.contains(message.to())
        || cutOff.contains(message.from())) {
      lose(message);
      return;
    }
    to.raft().step(message);
    reportIfSnapshot(message, true);
    to.work(faults && random.nextInt(300) == 0);
  }

  /// Who sends a snapshot learns what became of it, as with a connection.
  private void lose(Message message) {
    reportIfSnapshot(message, false);
  }

  private void reportIfSnapshot(Message message, boolean arrived) {
    SimulatedNode from = nodes.get(message.from());
    if (message instanceof Message.Install && from != null && from.isUp()) {
      from.raft().reportSnapshot(message.to(), arrived);
    }
  }

  private void propose() {
    SimulatedNode node = any();
    for (SimulatedNode each : nodes.values()) {
      if (each.isUp() && each.raft().softState().role() == Role.LEADER) {
        node = each;
      }
    }
    if (!node.isUp()) {
      return;
    }
    Bytes data =
        Bytes.wrap(ByteBuffer.allocate(8 + random.nextInt(60)).putLong(nextProposal++).array());
    proposed.add(data);
    node.raft().propose(data);
    node.work(random.nextInt(200) == 0);
  }

  private void crashOrStart() {
    SimulatedNode node = any();
    if (node.isUp()) {
      node.crash();
    } else {
      node.start();
    }
  }

  private void partition() {
    cutOff.clear();
    for (long id : nodes.keySet()) {
      if (random.nextInt(3) == 0) {
        cutOff.add(id);
      }
    }
  }

  private void transfer() {
    SimulatedNode node = any();
    if (node.isUp() && node.raft().softState().role() == Role.LEADER) {
      node.raft().transferLeader(any().id());
      node.work(false);
    }
  }

  private void changeMembership() {
    SimulatedNode node = any();
    if (!node.isUp() || node.raft().softState().role() != Role.LEADER) {
      return;
    }
    List<Long> voters = node.raft().confState().voters();
    ConfChange change;
    if (voters.size() > 3 && random.nextBoolean()) {
      change = new ConfChange(ConfChange.Kind.REMOVE, voters.get(random.nextInt(voters.size())));
    } else if (nodes.size() < 7) {
      long id = nodes.lastKey() + 1;
      newNode(id).start();
      change = new ConfChange(ConfChange.Kind.ADD, id);
    } else {
      return;
    }
    node.raft().proposeConfChange(SimulatedNode.change(change));
    node.work(false);
  }

  @Override
  public void applied(long node, Entry entry) {
    int position = (int) entry.index() - 1;
    if (position < agreed.size()) {
      assertThat(entry).as("%s: agreement at node %d", name, node).isEqualTo(agreed.get(position));
      return;
    }
    assertThat(position).as("%s: no skipping at node %d", name, node).isEqualTo(agreed.size());
    agreed.add(entry);
    if (entry.isConfChange()) {
      ByteBuffer buffer = entry.data().buffer();
      ConfChange.Kind kind = ConfChange.Kind.values()[buffer.get()];
      long id = buffer.getLong();
      if (kind == ConfChange.Kind.ADD) {
        members.add(id);
      } else {
        members.remove(id);
      }
    } else if (!entry.data().isEmpty()) {
      assertThat(proposed).as("%s: no creation", name).contains(entry.data());
    }
  }

  @Override
  public void restored(long node, Snapshot snapshot) {
    assertThat((int) snapshot.index())
        .as("%s: a snapshot holds what was agreed on", name)
        .isLessThanOrEqualTo(agreed.size());
    assertThat(agreed.get((int) snapshot.index() - 1).term())
        .as("%s: the snapshot's term", name)
        .isEqualTo(snapshot.term());
  }

  private void checkInvariants() {
    for (SimulatedNode node : nodes.values()) {
      if (!node.isUp()) {
        termOfNode.remove(node.id());
        continue;
      }
      RaftNode raft = node.raft();
      long term = raft.hardState().term();
      assertThat(term)
          .as("%s: terms of node %d never fall", name, node.id())
          .isGreaterThanOrEqualTo(termOfNode.getOrDefault(node.id(), 0L));
      termOfNode.put(node.id(), term);
      if (raft.softState().role() == Role.LEADER) {
        Long other = leaderOfTerm.putIfAbsent(term, node.id());
        if (other == null) {
          checkCompleteness(raft);
        } else {
          assertThat(node.id()).as("%s: one leader in term %d", name, term).isEqualTo(other);
        }
      }
    }
  }

  /// A new leader has everything that was ever committed.
  private void checkCompleteness(RaftNode leader) {
    assertThat(leader.lastIndex())
        .as("%s: leader %d has all that is committed", name, leader.id())
        .isGreaterThanOrEqualTo(agreed.size());
    for (long index = leader.firstIndex(); index <= agreed.size(); index++) {
      assertThat(leader.termAt(index))
          .as("%s: leader %d at %d", name, leader.id(), index)
          .isEqualTo(agreed.get((int) index - 1).term());
    }
  }
}
