package io.denim.order;

import io.denim.channelconfig.ChannelConfig;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.hyperledger.fabric.protos.common.Envelope;

/// The consensus behind one channel: takes checked messages, puts them in one order with its peers
/// and writes blocks (fabric v3.1.5 orderer/consensus/consensus.go). Safe for use by any thread.
public interface Chain extends AutoCloseable {
  /// Begins to order; called once.
  void start();

  /// Takes a message, waiting while the chain has too many already.
  ///
  /// @param configSequence of the configuration that the message was checked under
  /// @param receipt hears what becomes of it; it may hear before this returns
  void order(Envelope message, long configSequence, Receipt receipt) throws InterruptedException;

  /// Takes a configuration message, waiting while the chain has too many already.
  void configure(Envelope config, long configSequence, Receipt receipt) throws InterruptedException;

  /// Takes a configuration message and waits until it is ordered, or is not.
  default Submission configureAndWait(Envelope config, long configSequence)
      throws InterruptedException {
    var outcome = new ArrayBlockingQueue<Submission>(1);
    configure(config, configSequence, outcome::add);
    return outcome.take();
  }

  /// Why the consensus cannot follow from one configuration to another, if it cannot.
  Optional<String> configProblem(ChannelConfig current, ChannelConfig next);

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
