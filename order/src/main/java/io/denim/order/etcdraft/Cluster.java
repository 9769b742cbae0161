package io.denim.order.etcdraft;

import io.denim.consensus.Message;
import io.denim.order.Submission;
import java.util.Collection;
import java.util.Map;
import java.util.function.LongConsumer;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// How a chain reaches the other orderers of its channel. Only {@link #forward} and {@link #pull}
/// may take time.
interface Cluster {
  /// Who the members of the channel are from now on, this node included.
  void configure(Map<Long, Consenter> members);

  /// What a leader tells its followers of who answers it.
  void active(Collection<Long> nodes);

  /// Sends a message, or drops it; what becomes of it is reported to the chain.
  void send(Message message);

  /// Hands a client's envelope to the leader.
  Submission forward(long leader, Envelope envelope, long configSequence)
      throws InterruptedException;

  /// Hands a client's envelope to another leader, on a thread of its own, trying for a while.
  void handOver(long leader, Envelope envelope, long configSequence);

  /// Asks the other orderers for the number of their newest config block, on a thread of its own.
  ///
  /// @param found is told, unless nobody knows one
  void findNewestConfig(LongConsumer found);

  /// Fetches blocks from other orderers, checked against the channel's configuration.
  ///
  /// @param taker takes each block in order, on this thread; the configuration of one that carries
  ///   a new one is in force when it returns
  /// @throws InterruptedException if the cluster is closed meanwhile
  void pull(long from, long to, BlockTaker taker) throws InterruptedException;

  /// Ends all connections.
  void close();

  /// Who takes fetched blocks.
  @FunctionalInterface
  interface BlockTaker {
    void take(Block block);
  }
}
