package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.order.Chain;
import io.denim.order.Receipt;
import io.denim.order.Submission;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.orderer.etcdraft.ClusterMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One channel ordered by Raft: gives the {@link RaftReplica} a thread of its own, and clients and
/// other orderers a way in. Everything but the inbox, the submissions and the volatile fields is
/// owned by that thread.
final class EtcdRaftChain implements Chain {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.consensus.etcdraft");

  private final String label;
  private final long self;
  private final RaftReplica.Ports ports;
  private final RaftInbox inbox;
  private final Submissions submissions;
  private final ActiveNodes active;
  private final RaftReplica replica;
  private final InstantSource clock;
  private final Thread thread;
  private final Consumer<EtcdRaftChain> whenStopped;
  private volatile boolean failed;
  private volatile boolean evicted;
  private volatile boolean closed;

  /// @param whenStopped is told when the chain's thread has ended
  EtcdRaftChain(
      RaftReplica.Setup setup,
      Membership membership,
      RaftReplica.Ports ports,
      RaftInbox inbox,
      InstantSource clock,
      Consumer<EtcdRaftChain> whenStopped) {
    this.label = setup.label();
    this.self = setup.options().id();
    this.ports = ports;
    this.inbox = inbox;
    this.clock = clock;
    this.whenStopped = whenStopped;
    this.submissions =
        new Submissions(self, ports.cluster(), inbox, ports.nanoTime(), ports.metrics());
    this.active = new ActiveNodes(ports.metrics());
    this.replica = new RaftReplica(setup, membership, ports, inbox, submissions, active);
    submissions.membersAre(membership.consenters().size());
    this.thread = Thread.ofPlatform().name("chain-" + setup.channelId()).unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void order(Envelope message, long configSequence, Receipt receipt)
      throws InterruptedException {
    ports.metrics().normalProposals().increment();
    submissions.submit(message, configSequence, false, receipt);
  }

  @Override
  public void configure(Envelope config, long configSequence, Receipt receipt)
      throws InterruptedException {
    ports.metrics().configProposals().increment();
    submissions.submit(config, configSequence, true, receipt);
  }

  /// Takes an envelope that another orderer forwarded because it believes that this one leads.
  Submission orderForwarded(Envelope message, long configSequence, boolean isConfig)
      throws InterruptedException {
    return submissions.forwarded(message, configSequence, isConfig);
  }

  /// Takes what the leader tells of who answers it.
  void tell(long sender, ByteString metadata) throws InvalidProtocolBufferException {
    if (!metadata.isEmpty() && sender == submissions.leader()) {
      active.told(ClusterMetadata.parseFrom(metadata).getActiveNodesList());
    }
  }

  /// This node's id among the channel's consenters.
  long nodeId() {
    return self;
  }

  @Override
  public Optional<String> configProblem(ChannelConfig current, ChannelConfig next) {
    return RaftConfigRules.problem(
        current,
        next,
        new RaftConfigRules.Standing(
            replica.membership().metadata(), active.nodes(), clock.instant()));
  }

  @Override
  public Participation participation() {
    if (failed) {
      return new Participation("consenter", "failed");
    }
    return evicted
        ? new Participation("config-tracker", "inactive")
        : new Participation("consenter", closed ? "inactive" : "active");
  }

  /// A cluster of one or two cannot grow without serving reads while it has no leader.
  @Override
  public boolean isHealthy() {
    return !closed
        && !failed
        && !evicted
        && (submissions.leader() != 0 || submissions.members() <= 2);
  }

  /// The thread is not interrupted, which would close the files that it writes.
  @Override
  public void close() {
    closed = true;
    submissions.close();
    inbox.close();
    ports.cluster().close();
    if (thread.getState() == Thread.State.NEW) {
      whenStopped.accept(this);
      ports.storage().close();
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      LOG.info("Starting Raft node {}", label);
      replica.begin();
      evicted = replica.isEvicted();
      while (!closed && !evicted) {
        replica.round(Long.MAX_VALUE);
        evicted = replica.isEvicted();
      }
    } catch (InterruptedException e) {
      LOG.debug("the chain stops {}", label);
    } catch (RuntimeException | Error e) { // a chain that ended must not look alive
      failed = true;
      LOG.error("ordering stopped: {} {}", e.getMessage(), label, e);
    } finally {
      submissions.close();
      inbox.close();
      ports.cluster().close();
      ports.storage().close();
      active.unknown();
      ports.metrics().isLeader().set(0);
      whenStopped.accept(this);
      if (evicted) {
        ports.support().leave();
      }
      LOG.info("Raft node stopped {}", label);
    }
  }
}
