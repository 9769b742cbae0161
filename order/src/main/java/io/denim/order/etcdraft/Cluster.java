package io.denim.order.etcdraft;

import io.denim.consensus.Message;
import io.denim.order.Submission;
import java.util.Collection;
import java.util.Map;
import java.util.function.LongConsumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// How a chain reaches the other orderers of its channel. Only {@link #forward} may take time.
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

  /// Begins to fetch blocks from other orderers. They come to the chain's inbox one after the
  /// other, each checked against the configuration that the one before it left.
  void pull(long from, long to);

  /// Ends that.
  void endPull();

  /// Ends all connections.
  void close();
}
