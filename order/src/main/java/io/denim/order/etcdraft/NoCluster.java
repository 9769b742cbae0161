package io.denim.order.etcdraft;

import io.denim.consensus.Message;
import io.denim.order.Submission;
import java.util.Collection;
import java.util.Map;
import java.util.function.LongConsumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.Consenter;

/// The cluster of a node without TLS, which is alone.
final class NoCluster implements Cluster {
  @Override
  public void configure(Map<Long, Consenter> members) {}

  @Override
  public void active(Collection<Long> nodes) {}

  @Override
  public void send(Message message) {}

  @Override
  public Submission forward(long leader, Envelope envelope, long configSequence) {
    return new Submission.Unavailable("there is no connection to node " + leader);
  }

  @Override
  public void handOver(long leader, Envelope envelope, long configSequence) {}

  @Override
  public void findNewestConfig(LongConsumer found) {}

  @Override
  public void pull(long from, long to) {
    throw new IllegalStateException(
        "block " + from + " is missing and there is no other orderer to fetch it from");
  }

  @Override
  public void endPull() {}

  @Override
  public void close() {}
}
