package io.denim.consensus;

/// What a node does in its term.
public enum Role {
  FOLLOWER,
  /// Asks whether an election could be won, without disturbing anybody's term.
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
