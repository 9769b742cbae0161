package io.denim.order;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.OrdererConfig;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A chain of one node: the order is that of arrival. One thread of its own takes messages from a
/// bounded queue, cuts batches by size and time, and writes together what has piled up, so that a
/// busy channel pays one sync for several blocks (fabric v2.5 orderer/consensus/solo/consensus.go
/// for the order of steps).
final class SoloChain implements Chain {
  private static final Logger LOG = LoggerFactory.getLogger(SoloChain.class);
  private static final int MAX_WAITING = 1_000;
  private static final int MAX_BLOCKS_A_WRITE = 64;

  private final String channelId;
  private final ChainSupport support;
  private final BlockCutter<Waiting> cutter;
  private final WaitingBytes.Share room;
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private volatile boolean healthy = true;
  private volatile boolean closed;

  // Owned by the chain's thread.
  private final List<Block> unwritten = new ArrayList<>();
  private final List<Receipt> unwrittenReceipts = new ArrayList<>();
  private Block last;
  private long deadline; // System.nanoTime when the pending batch is due; meaningless without one

  private record Waiting(Envelope message, long configSequence, boolean isConfig, Receipt receipt) {
    long size() {
      return BlockCutter.size(message);
    }
  }

  /// @param room for messages that are in no block yet
  SoloChain(String channelId, ChainSupport support, WaitingBytes.Share room) {
    this.room = room;
    this.channelId = channelId;
    this.support = support;
    this.cutter = new BlockCutter<>(this::ordererConfig, Waiting::size);
    this.last = support.lastBlock();
    this.thread = Thread.ofPlatform().name("chain-" + channelId).unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void order(Envelope message, long configSequence, Receipt receipt)
      throws InterruptedException {
    enqueue(new Waiting(message, configSequence, false, receipt));
  }

  @Override
  public void configure(Envelope config, long configSequence, Receipt receipt)
      throws InterruptedException {
    enqueue(new Waiting(config, configSequence, true, receipt));
  }

  @Override
  public Optional<String> configProblem(ChannelConfig current, ChannelConfig next) {
    return Optional.empty();
  }

  @Override
  public Participation participation() {
    return new Participation("other", healthy ? "active" : "failed");
  }

  @Override
  public boolean isHealthy() {
    return healthy && !closed;
  }

  @Override
  public void close() {
    closed = true;
    room.close();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void enqueue(Waiting given) throws InterruptedException {
    long bytes = given.size();
    if (!room.take(bytes)) {
      given.receipt().ended(stopped());
      return;
    }
    Receipt receipt =
        outcome -> {
          room.give(bytes);
          given.receipt().ended(outcome);
        };
    Waiting waiting =
        new Waiting(given.message(), given.configSequence(), given.isConfig(), receipt);
    while (isHealthy()) {
      if (queue.offer(waiting, 1, TimeUnit.SECONDS)) {
        if (!isHealthy() && queue.remove(waiting)) { // nobody takes it any more
          waiting.receipt().ended(stopped());
        }
        return;
      }
    }
    waiting.receipt().ended(stopped());
  }

  private void run() {
    try {
      while (!closed) {
        Waiting next = next();
        if (next == null) {
          addBlock(cutter.cut());
        } else {
          take(next);
        }
        if (queue.isEmpty() || unwritten.size() >= MAX_BLOCKS_A_WRITE) {
          write();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("[channel: {}] the chain stops", channelId);
    } catch (RuntimeException | Error e) { // a chain that ended must not look alive
      healthy = false;
      LOG.error("[channel: {}] ordering stopped: {}", channelId, e.getMessage(), e);
    } finally {
      closed = true;
      room.close();
      cutter.cut().forEach(waiting -> waiting.receipt().ended(stopped()));
      unwrittenReceipts.forEach(receipt -> receipt.ended(stopped()));
      for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
        waiting.receipt().ended(stopped());
      }
    }
  }

  private Submission stopped() {
    return new Submission.Unavailable("channel " + channelId + " does not order any more");
  }

  /// The next message; null when the pending batch is due.
  private @Nullable Waiting next() throws InterruptedException {
    return cutter.isPending()
        ? queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
        : queue.take();
  }

  private void take(Waiting waiting) {
    Waiting current = waiting;
    if (waiting.configSequence() < support.config().sequence() || waiting.isConfig()) {
      write(); // a recheck must see every configuration before it
    }
    if (waiting.configSequence() < support.config().sequence()) {
      switch (support.recheck(waiting.message(), waiting.isConfig())) {
        case Verdict.Passed(Envelope message, long sequence) ->
            current = new Waiting(message, sequence, waiting.isConfig(), waiting.receipt());
        case Verdict.Rejected(var status, String reason) -> {
          LOG.warn(
              "[channel: {}] Discarding a message that the new configuration refuses ({}): {}",
              channelId,
              status,
              reason);
          waiting.receipt().ended(new Submission.Unavailable(reason));
          return;
        }
      }
    }
    if (current.isConfig()) {
      addBlock(cutter.cut());
      addBlock(List.of(current));
      write();
      return;
    }
    boolean waited = cutter.isPending();
    List<List<Waiting>> batches = cutter.ordered(current);
    batches.forEach(this::addBlock);
    if (cutter.isPending() && (!waited || !batches.isEmpty())) {
      deadline = System.nanoTime() + ordererConfig().batchTimeout().toNanos();
    }
  }

  private void addBlock(List<Waiting> messages) {
    if (messages.isEmpty()) {
      return;
    }
    List<ByteString> data = new ArrayList<>(messages.size());
    for (Waiting message : messages) {
      data.add(message.message().toByteString());
      unwrittenReceipts.add(message.receipt());
    }
    last = Blocks.of(last.getHeader().getNumber() + 1, BlockHash.ofHeader(last.getHeader()), data);
    unwritten.add(last);
  }

  private void write() {
    if (unwritten.isEmpty()) {
      return;
    }
    support.write(List.copyOf(unwritten), Collections.nCopies(unwritten.size(), ByteString.EMPTY));
    unwritten.clear();
    unwrittenReceipts.forEach(receipt -> receipt.ended(new Submission.Accepted()));
    unwrittenReceipts.clear();
  }

  private OrdererConfig ordererConfig() {
    return support.config().orderer().orElseThrow();
  }
}
