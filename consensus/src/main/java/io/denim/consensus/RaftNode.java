package io.denim.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One node of a Raft cluster as a pure state machine: ticks, messages and proposals in, a {@link
/// Ready} out. It speaks etcd raft's protocol, with pre-votes and leaders that step down without a
/// quorum (etcd raft v3 rawnode.go). The owner calls it from one thread only, and between {@link
/// #ready} and {@link #advance} nothing else.
public final class RaftNode {
  private static final long MAX_APPLIED_BYTES = 16 << 20;

  private final Raft raft;
  private HardState handedOut;
  private boolean readyOpen;
  private List<Message> toSelf = List.of();
  private List<Entry> applying = List.of();
  private long storing;
  private boolean storingSnapshot;

  private RaftNode(Raft raft, HardState handedOut) {
    this.raft = raft;
    this.handedOut = handedOut;
  }

  /// A node that goes on from what it stored, or joins a cluster with {@link RaftState#NEW}.
  ///
  /// @param random for election timeouts
  /// @throws IllegalArgumentException if what was stored has a gap or lost committed entries
  public static RaftNode restart(RaftOptions options, RaftState state, RandomGenerator random) {
    return new RaftNode(new Raft(options, state, random), state.hardState());
  }

  /// A node of a new cluster: its log begins with one committed change of membership for each
  /// voter, at term 1, which every first node writes alike (etcd raft v3 bootstrap.go).
  ///
  /// @param joins the changes by which the voters join, in ascending order of their ids and in the
  ///   owner's encoding
  public static RaftNode bootstrap(
      RaftOptions options, List<Long> voters, List<Bytes> joins, RandomGenerator random) {
    if (voters.size() != joins.size()) {
      throw new IllegalArgumentException(
          voters.size() + " voters cannot join by " + joins.size() + " changes");
    }
    Raft raft = new Raft(options, RaftState.NEW, random);
    raft.becomeFollower(1, 0);
    List<Entry> entries = new ArrayList<>(joins.size());
    for (Bytes join : joins) {
      entries.add(new Entry(entries.size() + 1, 1, Entry.Type.CONF_CHANGE, join));
    }
    if (!entries.isEmpty()) {
      raft.log().append(entries);
      raft.log().commitTo(entries.size());
    }
    for (long voter : voters) {
      raft.apply(new ConfChange(ConfChange.Kind.ADD, voter));
    }
    return new RaftNode(raft, HardState.EMPTY);
  }

  /// Time has passed by one tick.
  public void tick() {
    requireClosed();
    raft.tick();
  }

  /// Begins an election now.
  public void campaign() {
    requireClosed();
    raft.campaign(false);
  }

  /// Takes a message from another node; one that makes no sense now is ignored.
  public void step(Message message) {
    requireClosed();
    raft.step(message);
  }

  /// Proposes data for the log, if this node leads.
  ///
  /// @return false if it is dropped: this node does not lead, is handing over, or too much is not
  ///   committed yet
  public boolean propose(Bytes data) {
    return propose(new Entry(0, 0, Entry.Type.NORMAL, data));
  }

  /// Proposes a change of membership, if this node leads and no other change is on its way.
  ///
  /// @return false if it is dropped
  public boolean proposeConfChange(Bytes change) {
    return !raft.leading().isConfChangePending()
        && propose(new Entry(0, 0, Entry.Type.CONF_CHANGE, change));
  }

  /// Applies a change of membership; to be called for each committed one before {@link #advance},
  /// with {@link ConfChange.Kind#NONE} for one that the owner refuses.
  public ConfState applyConfChange(ConfChange change) {
    return raft.apply(change);
  }

  /// Asks the leader to hand over to a node.
  public void transferLeader(long node) {
    requireClosed();
    raft.step(new Message.TransferLeader(node, raft.id(), 0));
  }

  /// A message to a node could not be sent.
  public void reportUnreachable(long node) {
    if (raft.role() == Role.LEADER) {
      raft.leading().unreachable(node);
    }
  }

  /// A snapshot that was sent to a node arrived there, or did not.
  public void reportSnapshot(long node, boolean arrived) {
    if (raft.role() == Role.LEADER) {
      raft.leading().snapshotSent(node, arrived);
    }
  }

  /// Keeps a snapshot of what is applied and forgets entries.
  ///
  /// @param upTo the last entry to forget; at most the snapshot's, somewhat less where followers
  ///   that are a little behind should still get entries
  public void compact(Snapshot snapshot, long upTo) {
    requireClosed();
    if (snapshot.index() > raft.log().applied() || upTo > snapshot.index()) {
      throw new IllegalArgumentException(
          "a snapshot at entry "
              + snapshot.index()
              + " cannot stand for entries up to "
              + upTo
              + " of which "
              + raft.log().applied()
              + " are applied");
    }
    raft.log().compact(snapshot, upTo);
  }

  /// Whether there is anything to do.
  public boolean hasReady() {
    return raft.hasOutput()
        || !raft.hardState().equals(handedOut)
        || raft.log().unstoredSnapshot().isPresent()
        || !raft.log().unstored().isEmpty()
        || (!raft.isHeld() && !raft.log().nextCommitted(0).isEmpty());
  }

  /// Whether committed entries wait, because the owner must first get what a snapshot stands for.
  /// The node still stores, votes and answers, but begins no election, as it could not lead.
  public void holdCommitted(boolean hold) {
    raft.hold(hold);
  }

  /// What to do now. Once it is done, {@link #advance} must be called.
  public Ready ready() {
    requireClosed();
    readyOpen = true;
    HardState hardState = raft.hardState();
    List<Entry> entries = raft.log().unstored();
    Optional<Snapshot> snapshot = raft.log().unstoredSnapshot();
    applying = raft.isHeld() ? List.of() : raft.log().nextCommitted(MAX_APPLIED_BYTES);
    toSelf = raft.takeToSelf();
    storing = entries.isEmpty() ? 0 : entries.getLast().index();
    storingSnapshot = snapshot.isPresent();
    boolean promises = hardState.term() != handedOut.term() || hardState.vote() != handedOut.vote();
    Ready ready =
        new Ready(
            hardState.equals(handedOut) ? Optional.empty() : Optional.of(hardState),
            snapshot,
            entries,
            applying,
            raft.takeMessages(),
            raft.takeReplies(),
            promises || !entries.isEmpty() || storingSnapshot);
    handedOut = hardState;
    return ready;
  }

  /// What {@link #ready} asked for is done.
  public void advance() {
    if (!readyOpen) {
      throw new IllegalStateException("there is no open Ready to advance from");
    }
    readyOpen = false;
    if (storingSnapshot) {
      raft.log().snapshotStored();
    }
    if (storing > 0) {
      raft.log().storedTo(storing);
    }
    for (Message message : toSelf) {
      raft.step(message);
    }
    if (!applying.isEmpty()) {
      raft.log().appliedTo(applying.getLast().index());
      raft.leading().applied(applying);
    }
    toSelf = List.of();
    applying = List.of();
  }

  public long id() {
    return raft.id();
  }

  /// Without a leader before an election, at least.
  public int electionTicks() {
    return raft.electionTicks();
  }

  /// Who leads, as far as this node knows, and what it does itself.
  public SoftState softState() {
    return new SoftState(raft.leader(), raft.role());
  }

  public HardState hardState() {
    return raft.hardState();
  }

  /// The index of the last entry, stored or not.
  public long lastIndex() {
    return raft.log().lastIndex();
  }

  /// The index of the last entry that was applied.
  public long appliedIndex() {
    return raft.log().applied();
  }

  /// The first index that is not forgotten.
  public long firstIndex() {
    return raft.log().firstIndex();
  }

  /// The entries after an index, as far as they are kept: what a compacted log file still needs.
  public List<Entry> entriesAfter(long index) {
    return raft.log().from(Math.max(index + 1, raft.log().firstIndex()), Long.MAX_VALUE);
  }

  /// The term of an entry; -1 where it is forgotten or not there yet.
  public long termAt(long index) {
    return raft.log().term(index);
  }

  public ConfState confState() {
    return raft.membership().confState();
  }

  /// Which voters answered the leader lately, itself included; none on other nodes.
  public List<Long> activeVoters() {
    List<Long> active = new ArrayList<>();
    if (raft.role() == Role.LEADER) {
      for (long node : raft.membership().voters()) {
        Progress progress = raft.membership().of(node);
        if (node == raft.id() || (progress != null && progress.isRecentlyActive())) {
          active.add(node);
        }
      }
    }
    return active;
  }

  private boolean propose(Entry entry) {
    requireClosed();
    return raft.role() == Role.LEADER && raft.leading().propose(List.of(entry));
  }

  private void requireClosed() {
    if (readyOpen) {
      throw new IllegalStateException("advance must be called before anything else");
    }
  }
}
