package io.denim.consensus;

/// How a node behaves. Elections are always preceded by a pre-vote and leaders step down without a
/// quorum, as in Fabric.
///
/// @param id of this node, positive
/// @param electionTicks without a leader before an election; a random part of as much is added
/// @param heartbeatTicks between heartbeats; fewer than electionTicks
/// @param maxMessageBytes of entries in one message; a single larger entry is sent alone
/// @param maxInflight messages sent to one follower and not answered
/// @param maxUncommittedBytes of proposals that are not committed; a single larger one is taken if
///   there is no other
public record RaftOptions(
    long id,
    int electionTicks,
    int heartbeatTicks,
    long maxMessageBytes,
    int maxInflight,
    long maxUncommittedBytes) {
  public RaftOptions {
    if (id <= 0) {
      throw new IllegalArgumentException("cannot use " + id + " as a node's id");
    }
    if (heartbeatTicks <= 0) {
      throw new IllegalArgumentException("heartbeat tick must be greater than 0");
    }
    if (electionTicks <= heartbeatTicks) {
      throw new IllegalArgumentException("election tick must be greater than heartbeat tick");
    }
    if (maxInflight <= 0) {
      throw new IllegalArgumentException("max inflight messages must be greater than 0");
    }
  }
}
