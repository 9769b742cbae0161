package io.denim.order.etcdraft;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.hyperledger.fabric.protos.orderer.StepRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Another orderer of a channel. Raft's messages wait in a bounded queue for a thread that sends
/// them, and are dropped when it is full; clients' envelopes go over a stream of their own, so that
/// neither delays the other. Safe for use by any thread.
final class Remote implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("orderer.common.cluster");
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final String name;
  private final ClusterMetrics.Destination metrics;
  private final ManagedChannel channel;
  private final StepStream consensus;
  private final StepStream submits;
  private final BlockingQueue<Outgoing> waiting;
  private final Duration forwardPatience;
  private final Thread thread;
  private boolean reachable = true; // owned by the thread

  /// A message and who wants to know what became of it.
  record Outgoing(StepRequest request, Reporter reporter) {}

  /// Hears whether a message was sent.
  interface Reporter {
    void delivered(boolean arrived);
  }

  /// @param name for logs: id and address
  Remote(
      String name,
      ManagedChannel channel,
      ClusterOptions options,
      ClusterMetrics.Destination metrics) {
    this.name = name;
    this.metrics = metrics;
    metrics.queueCapacity().set(options.sendBuffer());
    metrics.workers().add(1);
    metrics.streams().add(2);
    metrics.connections().add(1);
    this.waiting = new ArrayBlockingQueue<>(options.sendBuffer());
    this.forwardPatience = options.rpcTimeout();
    this.channel = channel;
    this.consensus = new StepStream(channel, name);
    this.submits = new StepStream(channel, name);
    this.thread = Thread.ofVirtual().name("cluster-" + name).start(this::run);
  }

  void send(Outgoing message) {
    if (waiting.offer(message)) {
      metrics.queueLength().set(waiting.size());
    } else {
      metrics.dropped().increment();
      message.reporter().delivered(false);
    }
  }

  /// Sends a client's envelope.
  ///
  /// @return whether it was handed to the transport
  boolean forward(StepRequest request) throws InterruptedException {
    return submits.send(request, forwardPatience);
  }

  @Override
  public void close() {
    thread.interrupt();
    metrics.workers().add(-1);
    metrics.streams().add(-2);
    metrics.connections().add(-1);
    channel.shutdownNow();
  }

  private boolean isSent(Outgoing message) throws InterruptedException {
    try {
      return consensus.send(message.request(), PATIENCE);
    } catch (RuntimeException e) { // the next message may go, and somebody must send it
      LOG.error("Sending a StepRequest to {} failed: {}", name, e.getMessage(), e);
      return false;
    }
  }

  private void run() {
    try {
      while (true) {
        Outgoing next = waiting.take();
        long start = System.nanoTime();
        boolean sent = isSent(next);
        metrics.sendTime().observeSince(start);
        metrics.queueLength().set(waiting.size());
        next.reporter().delivered(sent);
        if (sent != reachable) {
          reachable = sent;
          if (sent) {
            LOG.info("Successfully sent StepRequest to {} after failed attempt(s)", name);
          } else {
            LOG.error("Failed to send StepRequest to {}, because: no connection", name);
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no more messages are sent to {}", name);
    }
  }
}
