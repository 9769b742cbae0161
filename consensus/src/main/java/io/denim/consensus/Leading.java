package io.denim.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a node does while it leads: append proposals, bring followers' logs up to its own, count
/// what a majority has stored, hand over (etcd raft v3 raft.go). Used by the node's thread.
final class Leading {
  private final Raft raft;
  private final RaftOptions options;
  private final RaftLog log;
  private final Membership membership;
  private int heartbeatElapsed;
  private long transferee;
  private long pendingConfIndex;
  private long uncommittedBytes;

  Leading(Raft raft, RaftOptions options, RaftLog log, Membership membership) {
    this.raft = raft;
    this.options = options;
    this.log = log;
    this.membership = membership;
  }

  void reset() {
    heartbeatElapsed = 0;
    transferee = 0;
    pendingConfIndex = 0;
    uncommittedBytes = 0;
  }

  /// Begins the term with an empty entry, whose commit commits all before it.
  void begin() {
    Progress self = own();
    self.becomeReplicate();
    self.active(true);
    // Whatever changes of membership the log holds may not be applied yet.
    pendingConfIndex = log.lastIndex();
    append(List.of(new Entry(0, 0, Entry.Type.NORMAL, Bytes.EMPTY)));
  }

  void tick(boolean checkDue) {
    if (checkDue) {
      transferee = 0;
      if (!membership.isQuorumActive(raft.id())) {
        raft.becomeFollower(raft.term(), 0);
        return;
      }
      for (Progress progress : membership.all()) {
        progress.active(false);
      }
    }
    heartbeatElapsed++;
    if (heartbeatElapsed >= options.heartbeatTicks()) {
      heartbeatElapsed = 0;
      for (long node : membership.voters()) {
        sendHeartbeat(node);
      }
    }
  }

  /// Appends what is proposed.
  ///
  /// @return false if it is dropped: this node is leaving or handing over, or too much is not
  ///   committed yet
  boolean propose(List<Entry> proposed) {
    if (!membership.has(raft.id()) || transferee != 0 || !hasRoomFor(proposed)) {
      return false;
    }
    List<Entry> accepted = new ArrayList<>(proposed.size());
    for (Entry entry : proposed) {
      if (entry.isConfChange()) {
        if (pendingConfIndex > log.applied()) {
          accepted.add(new Entry(0, 0, Entry.Type.NORMAL, Bytes.EMPTY));
          continue;
        }
        pendingConfIndex = log.lastIndex() + accepted.size() + 1;
      }
      accepted.add(entry);
    }
    append(accepted);
    broadcastAppend();
    return true;
  }

  boolean isConfChangePending() {
    return pendingConfIndex > log.applied();
  }

  /// Entries that were appended in this term were applied.
  void applied(List<Entry> entries) {
    for (Entry entry : entries) {
      uncommittedBytes = Math.max(0, uncommittedBytes - entry.data().size());
    }
  }

  void handle(Message.AppendReply reply) {
    Progress progress = membership.of(reply.from());
    if (progress == null) {
      return;
    }
    progress.active(true);
    if (reply.rejection().isPresent()) {
      stepBack(reply, progress, reply.rejection().get());
      return;
    }
    boolean probed = progress.match() == reply.index() && progress.mode() == Progress.Mode.PROBE;
    if (!progress.acknowledged(reply.index()) && !probed) {
      return;
    }
    switch (progress.mode()) {
      case PROBE -> progress.becomeReplicate();
      case SNAPSHOT -> {
        if (progress.match() + 1 >= log.firstIndex()) {
          progress.becomeProbe();
          progress.becomeReplicate();
        }
      }
      case REPLICATE -> progress.freeWindow(reply.index());
    }
    boolean self = reply.from() == raft.id();
    if (maybeCommit()) {
      broadcastAppend();
    } else if (!self && progress.canTellCommit(log.committed())) {
      sendAppend(reply.from(), true);
    }
    if (!self) {
      while (sendAppend(reply.from(), false)) {
        // one message after the other, as long as there is something and the window allows it
      }
    }
    if (reply.from() == transferee && progress.match() == log.lastIndex()) {
      raft.send(new Message.TimeoutNow(raft.id(), transferee, raft.term()));
    }
  }

  void handle(Message.HeartbeatReply reply) {
    Progress progress = membership.of(reply.from());
    if (progress == null) {
      return;
    }
    progress.active(true);
    progress.resume();
    if (progress.match() < log.lastIndex() || progress.mode() == Progress.Mode.PROBE) {
      sendAppend(reply.from(), true);
    }
  }

  void snapshotSent(long node, boolean arrived) {
    Progress progress = membership.of(node);
    if (progress == null || progress.mode() != Progress.Mode.SNAPSHOT) {
      return;
    }
    if (arrived) {
      progress.becomeProbe();
    } else {
      progress.snapshotFailed();
    }
    // The follower's own answer, or the next heartbeat's, resumes it.
    progress.pause();
  }

  void unreachable(long node) {
    Progress progress = membership.of(node);
    if (progress != null && progress.mode() == Progress.Mode.REPLICATE) {
      progress.becomeProbe();
    }
  }

  void transferTo(long node) {
    Progress progress = membership.of(node);
    if (progress == null || node == raft.id() || node == transferee) {
      return;
    }
    raft.restartElectionClock();
    transferee = node;
    if (progress.match() == log.lastIndex()) {
      raft.send(new Message.TimeoutNow(raft.id(), node, raft.term()));
    } else {
      sendAppend(node, true);
    }
  }

  /// A smaller membership may have committed what the larger one had not.
  void membershipChanged() {
    if (membership.voters().isEmpty()) {
      return;
    }
    if (maybeCommit()) {
      broadcastAppend();
    } else {
      for (long node : membership.voters()) {
        if (node != raft.id()) {
          sendAppend(node, false);
        }
      }
    }
    if (!membership.has(transferee)) {
      transferee = 0;
    }
  }

  void broadcastAppend() {
    for (long node : membership.voters()) {
      if (node != raft.id()) {
        sendAppend(node, true);
      }
    }
  }

  private void stepBack(Message.AppendReply reply, Progress progress, Message.Rejection rejection) {
    long hint = rejection.hintIndex();
    if (rejection.hintTerm() > 0) {
      hint = log.lastNotAbove(hint, rejection.hintTerm()).hintIndex();
    }
    if (progress.rejected(reply.index(), hint)) {
      if (progress.mode() == Progress.Mode.REPLICATE) {
        progress.becomeProbe();
      }
      sendAppend(reply.from(), true);
    }
  }

  private boolean hasRoomFor(List<Entry> proposed) {
    long bytes = 0;
    for (Entry entry : proposed) {
      bytes += entry.data().size();
    }
    if (uncommittedBytes > 0
        && bytes > 0
        && uncommittedBytes + bytes > options.maxUncommittedBytes()) {
      return false;
    }
    uncommittedBytes += bytes;
    return true;
  }

  private void append(List<Entry> proposed) {
    long index = log.lastIndex();
    List<Entry> entries = new ArrayList<>(proposed.size());
    for (Entry entry : proposed) {
      index++;
      entries.add(new Entry(index, raft.term(), entry.type(), entry.data()));
    }
    log.append(entries);
    // Counts towards the majority once it is stored here.
    raft.reply(new Message.AppendReply(raft.id(), raft.id(), raft.term(), index, Optional.empty()));
  }

  private boolean maybeCommit() {
    long index = membership.committed();
    // Only entries of the own term are committed by counting; older ones come with them.
    if (index <= log.committed() || !log.matches(index, raft.term())) {
      return false;
    }
    log.commitTo(index);
    return true;
  }

  /// @param evenIfEmpty whether to send without entries, for the commit index's sake
  /// @return whether a message was sent
  private boolean sendAppend(long node, boolean evenIfEmpty) {
    Progress progress = membership.of(node);
    if (progress == null || progress.isPaused()) {
      return false;
    }
    long previous = progress.next() - 1;
    long previousTerm = log.term(previous);
    if (previousTerm == RaftLog.UNKNOWN) {
      return sendSnapshot(node, progress);
    }
    boolean mayCarry = progress.mode() != Progress.Mode.REPLICATE || !progress.isWindowFull();
    List<Entry> entries =
        mayCarry ? log.from(progress.next(), options.maxMessageBytes()) : List.of();
    if (entries.isEmpty() && !evenIfEmpty) {
      return false;
    }
    raft.send(
        new Message.Append(
            raft.id(), node, raft.term(), previous, previousTerm, entries, log.committed()));
    progress.sent(entries.size());
    progress.sentCommit(log.committed());
    return true;
  }

  private boolean sendSnapshot(long node, Progress progress) {
    Optional<Snapshot> snapshot = log.snapshot();
    if (!progress.isRecentlyActive() || snapshot.isEmpty()) {
      return false;
    }
    progress.becomeSnapshot(snapshot.get().index());
    raft.send(new Message.Install(raft.id(), node, raft.term(), snapshot.get()));
    return true;
  }

  private void sendHeartbeat(long node) {
    Progress progress = membership.of(node);
    if (progress == null || node == raft.id()) {
      return;
    }
    long commit = Math.min(progress.match(), log.committed());
    raft.send(new Message.Heartbeat(raft.id(), node, raft.term(), commit));
    progress.sentCommit(commit);
  }

  private Progress own() {
    Progress progress = membership.of(raft.id());
    if (progress == null) {
      throw new IllegalStateException("node " + raft.id() + " leads without being a member");
    }
    return progress;
  }
}
