package io.denim.peer;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CommitBlock;
import io.denim.ledger.CommitGroup;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerException;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.TxRwSet;
import io.denim.validate.BlockValidator;
import io.denim.validate.CheckedBlock;
import io.denim.validate.CommittedState;
import io.denim.validate.ValidatedBlock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of a channel's blocks into its ledger: received, checked without the ledger, validated
/// against it, committed. The stages are joined by short queues, so block N+1's signatures are
/// checked while block N commits; blocks that have piled up commit together, with one sync.
///
/// Each block of a group is validated against the state that those before it leave. One that
/// changes the configuration or a chaincode's definition ends its group, since more than validation
/// follows from these. One whose private data has to be waited for begins a group, so that no other
/// waits with it. Where the disk fails, the channel stands still until it is mended. One thread
/// checks, one commits; `submit` and `close` are for others.
final class CommitPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommitPipeline.class);
  private static final int RECEIVED = 16;
  private static final int CHECKED = 8;
  private static final int MOST_IN_GROUP = 32;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final String LIFECYCLE = "_lifecycle";

  private final Target target;
  private final String channelId;
  private final BlockValidator validator;
  private final FollowedHeight followed;
  private final BlockingQueue<Block> received = new ArrayBlockingQueue<>(RECEIVED);
  private final BlockingQueue<CheckedBlock> checked = new ArrayBlockingQueue<>(CHECKED);
  private final Thread checking;
  private final Thread committing;
  private final Deque<CheckedBlock> held = new ArrayDeque<>(); // the committing thread's
  private final CountDownLatch ended = new CountDownLatch(1);
  private Duration pause = FIRST_PAUSE; // the committing thread's
  private volatile @Nullable String failure;
  private volatile @Nullable String trouble;
  private volatile boolean closed;

  /// Where blocks go. Called by the committing thread, `config` also by the checking one.
  interface Target {
    PeerLedger ledger();

    /// The configuration in force.
    ChannelConfig config();

    /// Adds private data to a validated block.
    ///
    /// @param mayWait whether private data that is not at hand may be waited for
    /// @return empty if it has to be and must not
    Optional<CommitBlock> complete(ValidatedBlock block, boolean mayWait)
        throws InterruptedException;

    /// Is told that the ledger has a block of which nothing else may have been told, since the disk
    /// failed when it was committed.
    void recovered(long number);

    /// Is told of a group that is committed.
    ///
    /// @param blocks as they were added
    /// @param newConfig in force from now on
    void committed(
        List<CommittedBlock> committed,
        List<CommitBlock> blocks,
        Optional<ChannelConfig> newConfig);
  }

  CommitPipeline(Target target, BlockValidator validator) {
    this.target = target;
    this.channelId = target.ledger().channelId();
    this.validator = validator;
    this.followed = new FollowedHeight(target.ledger().height());
    this.checking = Thread.ofVirtual().name("check-" + channelId).unstarted(() -> run(this::check));
    this.committing =
        Thread.ofPlatform().name("commit-" + channelId).unstarted(() -> run(this::commit));
  }

  void start() {
    checking.start();
    committing.start();
  }

  /// Takes the next block of the chain, waiting while the queue is full.
  ///
  /// @return why no more blocks are taken, empty if this one was
  Optional<String> submit(Block block) throws InterruptedException {
    while (failure == null && !closed) {
      if (received.offer(block, 1, TimeUnit.SECONDS)) {
        return Optional.empty();
      }
    }
    return Optional.of(stopped());
  }

  /// Waits until so many blocks are committed and the target was told of them.
  ///
  /// @return why that will not be, empty once it is
  Optional<String> awaitCommitted(long height) throws InterruptedException {
    return followed.await(height, () -> failure == null && !closed)
        ? Optional.empty()
        : Optional.of(stopped());
  }

  /// Waits for so many blocks, but no longer than this.
  void awaitCommitted(long height, Duration patience) throws InterruptedException {
    followed.await(height, patience);
  }

  private String stopped() {
    return failure == null ? "the peer stops" : "committing failed: " + failure;
  }

  /// Why the channel commits no more, for good or until its disk is mended; empty while it does.
  Optional<String> failure() {
    return Optional.ofNullable(failure == null ? trouble : failure);
  }

  @Override
  public void close() {
    closed = true;
    ended.countDown();
    followed.wake();
    checking.interrupt();
    try {
      checking.join();
      committing.interrupt();
      committing.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A stage's step.
  private interface Step {
    void run() throws InterruptedException;
  }

  private void run(Step step) {
    try {
      while (!closed && failure == null) {
        step.run();
      }
    } catch (InterruptedException e) {
      LOG.debug("[channel: {}] the commit pipeline stops", channelId);
    } catch (RuntimeException | Error e) {
      failure = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.error("[channel: {}] Committing blocks stopped: {}", channelId, failure, e);
      followed.wake();
    }
  }

  private void check() throws InterruptedException {
    CheckedBlock block = validator.check(received.take(), target.config());
    while (!closed && failure == null && !checked.offer(block, 1, TimeUnit.SECONDS)) {
      LOG.trace("[channel: {}] blocks wait to be committed", channelId);
    }
  }

  /// Commits what is at hand. What the ledger cannot store, because of the disk, is kept and tried
  /// again until it can; meanwhile the queues are full and no more blocks are taken.
  private void commit() throws InterruptedException {
    List<CheckedBlock> group = new ArrayList<>();
    group.add(held.isEmpty() ? checked.take() : held.remove());
    try {
      commit(group);
      if (trouble != null) {
        LOG.info("[channel: {}] Committing blocks goes on", channelId);
        trouble = null;
        pause = FIRST_PAUSE;
      }
    } catch (LedgerException e) {
      for (CheckedBlock block : group.reversed()) {
        held.addFirst(block);
      }
      String message = String.valueOf(e.getMessage());
      if (!message.equals(trouble)) {
        LOG.error("[channel: {}] Committing blocks stopped: {}", channelId, message, e);
      }
      trouble = message;
      ended.await(pause.toNanos(), TimeUnit.NANOSECONDS);
      pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
  }

  /// @param taken the first block, to which those that are committed with it are added
  private void commit(List<CheckedBlock> taken) throws InterruptedException {
    long first = taken.getFirst().block().getHeader().getNumber();
    Optional<Committed> group;
    try (CommitGroup open = target.ledger().beginGroup()) {
      boolean isStored = first < target.ledger().height(); // by an earlier try, which failed then
      group = isStored ? Optional.empty() : Optional.of(commit(taken, open));
    }
    if (group.isEmpty()) {
      target.recovered(first);
      taken.clear();
      followed.reach(target.ledger().height());
      return;
    }
    target.committed(group.get().blocks(), group.get().added(), group.get().newConfig());
    followed.reach(target.ledger().height());
    for (CommittedBlock block : group.get().blocks()) {
      LOG.info(
          "[channel: {}] Committed block [{}] with {} transaction(s)",
          channelId,
          block.number(),
          block.codes().size());
    }
  }

  /// @param newConfig of the last block
  private record Committed(
      List<CommittedBlock> blocks, List<CommitBlock> added, Optional<ChannelConfig> newConfig) {}

  private Committed commit(List<CheckedBlock> taken, CommitGroup group)
      throws InterruptedException {
    List<CommitBlock> blocks = new ArrayList<>();
    ValidatedBlock last = validate(taken.getFirst(), group, blocks, true).orElseThrow();
    while (blocks.size() < MOST_IN_GROUP && !group.mustEnd() && !endsGroup(last)) {
      CheckedBlock following = held.isEmpty() ? checked.poll() : held.remove();
      if (following == null) {
        break;
      }
      taken.add(following);
      Optional<ValidatedBlock> validated = validate(following, group, blocks, false);
      if (validated.isEmpty()) {
        held.addFirst(taken.removeLast());
        break;
      }
      last = validated.get();
    }
    return new Committed(group.commit(), blocks, last.newConfig());
  }

  /// @return empty if the block has to begin a group
  private Optional<ValidatedBlock> validate(
      CheckedBlock next, CommitGroup group, List<CommitBlock> blocks, boolean mayWait)
      throws InterruptedException {
    ValidatedBlock validated = validator.validate(next, target.config(), CommittedState.of(group));
    Optional<CommitBlock> block = target.complete(validated, mayWait);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    group.add(block.get());
    blocks.add(block.get());
    return Optional.of(validated);
  }

  private static boolean endsGroup(ValidatedBlock block) {
    if (block.newConfig().isPresent()) {
      return true;
    }
    for (ValidatedBlock.Validated transaction : block.transactions()) {
      if (transaction.checked() instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)
          && changesDefinitions(rwSet)) {
        return true;
      }
    }
    return false;
  }

  private static boolean changesDefinitions(TxRwSet rwSet) {
    for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
      if (namespace.namespace().equals(LIFECYCLE) && namespace.kvRwSet().getWritesCount() > 0) {
        return true;
      }
    }
    return false;
  }
}
