package io.denim.order.etcdraft;

import io.denim.consensus.Message;
import io.denim.order.Submission;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// How a chain reaches the other orderers of its channel. Implementations never block in {@link
/// #send} and {@link #configure}.
interface Cluster {
  /// Who the members of the channel are from now on, this node included.
  void configure(Map<Long, Consenter> members);

  /// Sends a message, or drops it; what becomes of it is reported to the chain.
  void send(Message message);

  /// Hands a client's envelope to the leader and waits for its answer.
  Submission forward(long leader, Envelope envelope, long configSequence)
      throws InterruptedException;

  /// Fetches a block from another orderer, checked against the channel's configuration.
  ///
  /// @throws InterruptedException if the chain is closed meanwhile
  Block pull(long number) throws InterruptedException;

  /// Ends all connections.
  void close();
}
