package io.denim.consensus;

import java.util.List;
import java.util.Optional;

/// What nodes tell each other: etcd raft's messages, one record for each kind (etcd raft v3
/// raftpb/raft.proto).
public sealed interface Message {
  long from();

  long to();

  /// The sender's term, 0 for those that do not carry one.
  long term();

  /// Entries for a leader to append.
  record Propose(long from, long to, List<Entry> entries) implements Message {
    public Propose {
      entries = List.copyOf(entries);
    }

    @Override
    public long term() {
      return 0;
    }
  }

  /// Entries to append after an entry that both should have.
  ///
  /// @param commit the leader's commit index
  record Append(
      long from,
      long to,
      long term,
      long previousIndex,
      long previousTerm,
      List<Entry> entries,
      long commit)
      implements Message {
    public Append {
      entries = List.copyOf(entries);
    }
  }

  /// What became of an {@link Append} or a {@link Install}.
  ///
  /// @param index the last that now matches; where rejected, the previous index that did not
  /// @param rejection present where the logs did not fit together
  record AppendReply(long from, long to, long term, long index, Optional<Rejection> rejection)
      implements Message {}

  /// Where the follower thinks the logs may fit together.
  ///
  /// @param hintIndex the last index to try
  /// @param hintTerm its term in the follower's log; 0 if unknown
  record Rejection(long hintIndex, long hintTerm) {}

  /// Asks for a vote.
  ///
  /// @param lastIndex of the candidate's log
  /// @param lastTerm of that index
  /// @param pre whether it is only asked if the vote would be given
  /// @param transfer whether the leader itself asked for the election
  record Vote(
      long from, long to, long term, long lastIndex, long lastTerm, boolean pre, boolean transfer)
      implements Message {}

  /// Answers a {@link Vote}.
  record VoteReply(long from, long to, long term, boolean pre, boolean granted)
      implements Message {}

  /// The leader is there.
  ///
  /// @param commit what the follower is known to have of the leader's commits
  record Heartbeat(long from, long to, long term, long commit) implements Message {}

  /// Answers a {@link Heartbeat}.
  record HeartbeatReply(long from, long to, long term) implements Message {}

  /// A snapshot in place of entries that the leader no longer has.
  record Install(long from, long to, long term, Snapshot snapshot) implements Message {}

  /// Asks the leader to hand over to `from`.
  record TransferLeader(long from, long to, long term) implements Message {}

  /// Tells a follower to begin an election at once.
  record TimeoutNow(long from, long to, long term) implements Message {}
}
