package io.denim.order.etcdraft;

import io.denim.order.Receipt;
import io.denim.order.Submission;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.hyperledger.fabric.protos.common.Envelope;

/// The way of clients' envelopes to the leader: into this node's own inbox, or forwarded (fabric
/// v3.1.5 orderer/consensus/etcdraft/chain.go, Submit). Knows of the chain's thread what it needs
/// for that. Safe for use by any thread.
final class Submissions {
  /// As long as a gateway waits for an orderer's answer.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final long self;
  private final Cluster cluster;
  private final RaftInbox inbox;
  private final LongSupplier nanoTime;
  private final RaftMetrics metrics;
  private final PendingEnvelopes pending = new PendingEnvelopes();
  private volatile Leader leader = new Leader(0, 0);
  private volatile int members;
  private volatile boolean closed;

  /// @param node 0 for none known
  private record Leader(long node, long term) {}

  Submissions(
      long self, Cluster cluster, RaftInbox inbox, LongSupplier nanoTime, RaftMetrics metrics) {
    this.self = self;
    this.cluster = cluster;
    this.inbox = inbox;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
  }

  PendingEnvelopes pending() {
    return pending;
  }

  long leader() {
    return leader.node();
  }

  /// How many consenters the channel has.
  int members() {
    return members;
  }

  void leaderIs(long node, long term) {
    if (leader.node() != node || leader.term() != term) {
      leader = new Leader(node, term);
    }
  }

  void membersAre(int count) {
    members = count;
  }

  /// Gives up those that have waited too long.
  void tick(long now) {
    pending.failSince(
        now - PATIENCE.toNanos(),
        "the message is in no block after "
            + PATIENCE.toSeconds()
            + " s; it is not known whether it will be");
  }

  /// Nothing is taken any more.
  void close() {
    closed = true;
    leader = new Leader(0, leader.term());
    pending.close("chain is stopped");
  }

  /// Takes a client's envelope, waiting while there are too many.
  void submit(Envelope envelope, long configSequence, boolean isConfig, Receipt receipt)
      throws InterruptedException {
    Leader now = leader;
    if (closed || now.node() == 0) {
      metrics.proposalFailures().increment();
      receipt.ended(new Submission.Unavailable(closed ? "chain is stopped" : "no Raft leader"));
      return;
    }
    var submitted = Submitted.of(envelope, configSequence, isConfig, now.term());
    long bytes = submitted.heldBytes();
    if (!inbox.clients().take(bytes)) {
      receipt.ended(new Submission.Unavailable("chain is stopped"));
      return;
    }
    Receipt freeing =
        outcome -> {
          inbox.clients().give(bytes);
          receipt.ended(outcome);
        };
    PendingEnvelopes.Pending waiting = pending.admit(submitted, nanoTime.getAsLong(), freeing);
    if (waiting == null) {
      freeing.ended(new Submission.Unavailable("chain is stopped"));
    } else if (now.node() != self) {
      if (cluster.forward(now.node(), envelope, configSequence)
          instanceof Submission.Unavailable(String reason)) {
        metrics.proposalFailures().increment();
        pending.fail(waiting, reason);
      }
    } else if (!inbox.submit(submitted)) {
      pending.fail(waiting, "chain is stopped");
    }
  }

  /// Takes an envelope that another orderer forwarded because it believes that this one leads.
  Submission forwarded(Envelope envelope, long configSequence, boolean isConfig)
      throws InterruptedException {
    Leader now = leader;
    if (now.node() != self) {
      return new Submission.Unavailable(
          now.node() == 0 ? "no Raft leader" : "node " + now.node() + " is the Raft leader");
    }
    Submitted submitted = Submitted.of(envelope, configSequence, isConfig, now.term());
    return inbox.submitForwarded(submitted)
        ? new Submission.Accepted()
        : new Submission.Unavailable("chain is stopped");
  }
}
