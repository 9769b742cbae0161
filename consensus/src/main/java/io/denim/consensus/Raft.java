package io.denim.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The state machine itself: terms, roles, elections and what a follower does (etcd raft v3
/// raft.go). What a leader does is in {@link Leading}. Pure: ticks and messages in, messages out.
/// Used by the node's thread.
final class Raft {
  private final RaftOptions options;
  private final RandomGenerator random;
  private final RaftLog log;
  private final Membership membership;
  private final Leading leading;
  private final List<Message> messages = new ArrayList<>();
  private final List<Message> replies = new ArrayList<>();
  private final List<Message> toSelf = new ArrayList<>();
  private Role role = Role.FOLLOWER;
  private long term;
  private long vote;
  private long leader;
  private boolean held;
  private int electionElapsed;
  private int electionTimeout;

  Raft(RaftOptions options, RaftState state, RandomGenerator random) {
    this.options = options;
    this.random = random;
    this.log = new RaftLog(state);
    this.membership = new Membership(options.maxInflight());
    this.membership.restore(state.confState(), log.lastIndex());
    this.leading = new Leading(this, options, log, membership);
    this.term = state.hardState().term();
    this.vote = state.hardState().vote();
    becomeFollower(term, 0);
  }

  long id() {
    return options.id();
  }

  int electionTicks() {
    return options.electionTicks();
  }

  long term() {
    return term;
  }

  Role role() {
    return role;
  }

  long leader() {
    return leader;
  }

  RaftLog log() {
    return log;
  }

  Membership membership() {
    return membership;
  }

  Leading leading() {
    return leading;
  }

  HardState hardState() {
    return new HardState(term, vote, log.committed());
  }

  List<Message> takeMessages() {
    return take(messages);
  }

  List<Message> takeReplies() {
    return take(replies);
  }

  /// What this node tells itself once it has stored what it was about to store.
  List<Message> takeToSelf() {
    return take(toSelf);
  }

  boolean hasOutput() {
    return !messages.isEmpty() || !replies.isEmpty() || !toSelf.isEmpty();
  }

  private static List<Message> take(List<Message> from) {
    List<Message> taken = List.copyOf(from);
    from.clear();
    return taken;
  }

  void send(Message message) {
    messages.add(message);
  }

  /// Sends what promises that something is stored.
  void reply(Message message) {
    if (message.to() == id()) {
      toSelf.add(message);
    } else {
      replies.add(message);
    }
  }

  // Time

  void tick() {
    electionElapsed++;
    if (role == Role.LEADER) {
      boolean checkDue = electionElapsed >= options.electionTicks();
      if (checkDue) {
        electionElapsed = 0;
      }
      leading.tick(checkDue);
    } else if (electionElapsed >= electionTimeout) {
      electionElapsed = 0;
      if (isPromotable()) {
        campaign(false);
      } else {
        leader = 0; // a node that may not campaign must still notice that it hears nothing
      }
    }
  }

  // Roles

  void becomeFollower(long newTerm, long newLeader) {
    reset(newTerm);
    leader = newLeader;
    role = Role.FOLLOWER;
  }

  private void reset(long newTerm) {
    if (term != newTerm) {
      term = newTerm;
      vote = 0;
    }
    leader = 0;
    electionElapsed = 0;
    electionTimeout = options.electionTicks() + random.nextInt(options.electionTicks());
    membership.reset(id(), log.lastIndex());
    leading.reset();
  }

  private void becomePreCandidate() {
    membership.clearVotes();
    leader = 0;
    role = Role.PRE_CANDIDATE;
  }

  private void becomeCandidate() {
    reset(term + 1);
    vote = id();
    role = Role.CANDIDATE;
  }

  private void becomeLeader() {
    reset(term);
    leader = id();
    role = Role.LEADER;
    leading.begin();
  }

  /// A leader that begins to hand over waits a whole election timeout for it.
  void restartElectionClock() {
    electionElapsed = 0;
  }

  // Elections

  boolean isPromotable() {
    return membership.has(id()) && log.unstoredSnapshot().isEmpty() && !held;
  }

  /// Whether committed entries are to be left alone.
  void hold(boolean hold) {
    held = hold;
  }

  boolean isHeld() {
    return held;
  }

  /// Begins an election, unless this node leads already or could not win one.
  ///
  /// @param transfer whether the leader asked for it, so that nobody defends it
  void campaign(boolean transfer) {
    if (role == Role.LEADER || !isPromotable() || log.hasUnappliedConfChange()) {
      return;
    }
    if (transfer) {
      becomeCandidate();
      askForVotes(false, true);
    } else {
      becomePreCandidate();
      askForVotes(true, false);
    }
  }

  private void askForVotes(boolean pre, boolean transfer) {
    long asked = pre ? term + 1 : term;
    for (long voter : membership.voters()) {
      if (voter == id()) {
        reply(new Message.VoteReply(id(), id(), asked, pre, true));
      } else {
        send(new Message.Vote(id(), voter, asked, log.lastIndex(), log.lastTerm(), pre, transfer));
      }
    }
  }

  private void count(Message.VoteReply reply) {
    boolean mine = role == (reply.pre() ? Role.PRE_CANDIDATE : Role.CANDIDATE);
    if (!mine) {
      return;
    }
    switch (membership.record(reply.from(), reply.granted())) {
      case PENDING -> {}
      case LOST -> becomeFollower(term, 0);
      case WON -> {
        if (role == Role.PRE_CANDIDATE) {
          becomeCandidate();
          askForVotes(false, false);
        } else {
          becomeLeader();
          leading.broadcastAppend();
        }
      }
    }
  }

  private void answer(Message.Vote asked) {
    boolean canVote =
        vote == asked.from() || (vote == 0 && leader == 0) || (asked.pre() && asked.term() > term);
    boolean granted = canVote && log.isUpToDate(asked.lastIndex(), asked.lastTerm());
    long answeredTerm = granted ? asked.term() : term;
    reply(new Message.VoteReply(id(), asked.from(), answeredTerm, asked.pre(), granted));
    if (granted && !asked.pre()) {
      electionElapsed = 0;
      vote = asked.from();
    }
  }

  // Messages

  void step(Message message) {
    if (isFromStranger(message)) {
      return;
    }
    if (message.term() > term) {
      if (!followNewerTerm(message)) {
        return;
      }
    } else if (message.term() != 0 && message.term() < term) {
      answerOlderTerm(message);
      return;
    }
    switch (message) {
      case Message.Vote asked -> answer(asked);
      case Message.VoteReply reply -> count(reply);
      case Message.Append append -> {
        follow(append);
        handle(append);
      }
      case Message.Heartbeat heartbeat -> {
        follow(heartbeat);
        log.commitTo(heartbeat.commit());
        reply(new Message.HeartbeatReply(id(), heartbeat.from(), term));
      }
      case Message.Install install -> {
        follow(install);
        handle(install);
      }
      case Message.TimeoutNow now -> {
        if (role == Role.FOLLOWER) {
          campaign(true);
        }
      }
      case Message.Propose propose -> forwardOrAppend(propose);
      case Message.TransferLeader transfer -> forwardOrTransfer(transfer);
      case Message.AppendReply reply -> {
        if (role == Role.LEADER) {
          leading.handle(reply);
        }
      }
      case Message.HeartbeatReply reply -> {
        if (role == Role.LEADER) {
          leading.handle(reply);
        }
      }
    }
  }

  private boolean isFromStranger(Message message) {
    return switch (message) {
      case Message.AppendReply reply -> !membership.has(reply.from());
      case Message.HeartbeatReply reply -> !membership.has(reply.from());
      case Message.VoteReply reply -> !membership.has(reply.from());
      case Message.Append a -> false;
      case Message.Heartbeat h -> false;
      case Message.Install i -> false;
      case Message.Vote v -> false;
      case Message.Propose p -> false;
      case Message.TransferLeader t -> false;
      case Message.TimeoutNow t -> false;
    };
  }

  /// @return false if the message is to be ignored
  private boolean followNewerTerm(Message message) {
    if (message instanceof Message.Vote asked) {
      boolean inLease = leader != 0 && electionElapsed < options.electionTicks();
      if (inLease && !asked.transfer()) {
        return false;
      }
      if (asked.pre()) {
        return true; // nobody's term changes for a pre-vote
      }
    }
    if (message instanceof Message.VoteReply reply && reply.pre() && reply.granted()) {
      return true; // granted for a term that has not begun
    }
    boolean fromLeader =
        message instanceof Message.Append
            || message instanceof Message.Heartbeat
            || message instanceof Message.Install;
    becomeFollower(message.term(), fromLeader ? message.from() : 0);
    return true;
  }

  private void answerOlderTerm(Message message) {
    if (message instanceof Message.Append || message instanceof Message.Heartbeat) {
      // Tells a leader that was cut off that there is a newer term, without which it would go on.
      reply(new Message.AppendReply(id(), message.from(), term, 0, Optional.empty()));
    } else if (message instanceof Message.Vote asked && asked.pre()) {
      reply(new Message.VoteReply(id(), asked.from(), term, true, false));
    }
  }

  private void follow(Message fromLeader) {
    if (role == Role.LEADER) {
      throw new IllegalStateException(
          "nodes " + id() + " and " + fromLeader.from() + " both lead in term " + term);
    }
    if (role != Role.FOLLOWER) {
      becomeFollower(term, fromLeader.from());
    }
    electionElapsed = 0;
    leader = fromLeader.from();
  }

  private void handle(Message.Append append) {
    if (append.previousIndex() < log.committed()) {
      replyMatched(append.from(), log.committed());
      return;
    }
    long last =
        log.appendAfter(
            append.previousIndex(), append.previousTerm(), append.entries(), append.commit());
    if (last != RaftLog.UNKNOWN) {
      replyMatched(append.from(), last);
      return;
    }
    long from = Math.min(append.previousIndex(), log.lastIndex());
    Message.Rejection hint = log.lastNotAbove(from, append.previousTerm());
    reply(
        new Message.AppendReply(
            id(), append.from(), term, append.previousIndex(), Optional.of(hint)));
  }

  private void handle(Message.Install install) {
    boolean restored = restore(install.snapshot());
    replyMatched(install.from(), restored ? log.lastIndex() : log.committed());
  }

  /// Takes a snapshot in place of the log. Unlike etcd's, a node also takes one from before it
  /// joined: it cannot campaign until the entry by which it joins is applied, and would otherwise
  /// wait for the leader's next snapshot.
  private boolean restore(Snapshot snapshot) {
    if (snapshot.index() <= log.committed()) {
      return false;
    }
    if (log.matches(snapshot.index(), snapshot.term())) {
      log.commitTo(snapshot.index());
      return false;
    }
    log.restore(snapshot);
    membership.restore(snapshot.confState(), log.lastIndex());
    return true;
  }

  private void replyMatched(long to, long index) {
    reply(new Message.AppendReply(id(), to, term, index, Optional.empty()));
  }

  private void forwardOrAppend(Message.Propose propose) {
    if (role == Role.LEADER) {
      leading.propose(propose.entries());
    } else if (role == Role.FOLLOWER && leader != 0) {
      send(new Message.Propose(propose.from(), leader, propose.entries()));
    }
  }

  private void forwardOrTransfer(Message.TransferLeader transfer) {
    if (role == Role.LEADER) {
      leading.transferTo(transfer.from());
    } else if (role == Role.FOLLOWER && leader != 0) {
      send(new Message.TransferLeader(transfer.from(), leader, term));
    }
  }

  // Membership

  ConfState apply(ConfChange change) {
    switch (change.kind()) {
      case ADD -> membership.add(change.node(), log.lastIndex());
      case REMOVE -> membership.remove(change.node());
      case NONE -> {}
    }
    if (role == Role.LEADER) {
      if (membership.has(id())) {
        leading.membershipChanged();
      } else {
        becomeFollower(term, 0); // the others elect a leader among themselves
      }
    }
    return membership.confState();
  }
}
