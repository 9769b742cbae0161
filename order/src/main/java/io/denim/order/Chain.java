package io.denim.order;

import org.hyperledger.fabric.protos.common.Envelope;

/// The consensus behind one channel: takes checked messages, puts them in one order with its peers
/// and writes blocks (fabric v3.1.5 orderer/consensus/consensus.go). Safe for use by any thread.
public interface Chain extends AutoCloseable {
  /// Begins to order; called once.
  void start();

  /// Takes a message, waiting while the chain's queue is full.
  ///
  /// @param configSequence of the configuration that the message was checked under
  Submission order(Envelope message, long configSequence) throws InterruptedException;

  /// Takes a configuration message, waiting while the chain's queue is full.
  Submission configure(Envelope config, long configSequence) throws InterruptedException;

  /// How this node takes part, in the words of the channel participation API.
  Participation participation();

  /// False while the chain can neither order nor be sure to have the newest blocks.
  boolean isHealthy();

  /// Stops; what was accepted but is in no block yet is dropped.
  @Override
  void close();

  /// How a node takes part in a channel's ordering.
  ///
  /// @param consensusRelation `consenter`, `follower`, `config-tracker` or `other`
  /// @param status `active`, `onboarding`, `inactive` or `failed`
  record Participation(String consensusRelation, String status) {}
}
