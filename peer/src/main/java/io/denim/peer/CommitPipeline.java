package io.denim.peer;

import io.denim.channelconfig.ChannelConfig;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CommitBlock;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.TxRwSet;
import io.denim.validate.BlockValidator;
import io.denim.validate.CheckedBlock;
import io.denim.validate.ValidatedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of a channel's blocks into its ledger: received, checked without the ledger, validated
/// against it, committed. The stages are joined by short queues, so block N+1's signatures are
/// checked while block N commits; blocks that have piled up commit together, with one sync.
///
/// A block that changes what validation reads (a configuration, a chaincode's definition, a
/// key-level policy) ends its group: the next one is validated after it is committed. One thread
/// checks, one commits; `submit` and `close` are for others.
final class CommitPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommitPipeline.class);
  private static final int RECEIVED = 16;
  private static final int CHECKED = 8;
  private static final int MOST_IN_GROUP = 32;
  private static final String LIFECYCLE = "_lifecycle";

  private final Target target;
  private final BlockValidator validator;
  private final BlockingQueue<Block> received = new ArrayBlockingQueue<>(RECEIVED);
  private final BlockingQueue<CheckedBlock> checked = new ArrayBlockingQueue<>(CHECKED);
  private final Thread checking;
  private final Thread committing;
  private volatile @Nullable String failure;
  private volatile boolean closed;

  /// Where blocks go. Called by the committing thread, `config` also by the checking one.
  interface Target {
    String channelId();

    /// The configuration in force.
    ChannelConfig config();

    /// The ledger as the last commit left it.
    LedgerView view();

    /// Adds private data to a validated block.
    CommitBlock complete(ValidatedBlock block);

    /// Commits a group.
    ///
    /// @param newConfig in force afterwards
    List<CommittedBlock> commit(List<CommitBlock> group, Optional<ChannelConfig> newConfig);
  }

  CommitPipeline(Target target, BlockValidator validator) {
    this.target = target;
    this.validator = validator;
    this.checking =
        Thread.ofVirtual().name("check-" + target.channelId()).unstarted(() -> run(this::check));
    this.committing =
        Thread.ofPlatform().name("commit-" + target.channelId()).unstarted(() -> run(this::commit));
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
    return Optional.of(failure == null ? "the peer stops" : "committing failed: " + failure);
  }

  /// Why the channel commits no more, empty while it does.
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    closed = true;
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
      LOG.debug("[channel: {}] the commit pipeline stops", target.channelId());
    } catch (RuntimeException e) {
      failure = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.error("[channel: {}] Committing blocks stopped: {}", target.channelId(), failure, e);
    }
  }

  private void check() throws InterruptedException {
    CheckedBlock block = validator.check(received.take(), target.config());
    while (!closed && failure == null && !checked.offer(block, 1, TimeUnit.SECONDS)) {
      LOG.trace("[channel: {}] blocks wait to be committed", target.channelId());
    }
  }

  private void commit() throws InterruptedException {
    CheckedBlock next = checked.take();
    List<CommitBlock> group = new ArrayList<>();
    LedgerView view = target.view();
    ValidatedBlock last = validate(next, view, group);
    while (group.size() < MOST_IN_GROUP && !endsGroup(last)) {
      CheckedBlock following = checked.poll();
      if (following == null) {
        break;
      }
      last = validate(following, view, group);
    }
    List<CommittedBlock> committed = target.commit(group, last.newConfig());
    for (CommittedBlock block : committed) {
      LOG.info(
          "[channel: {}] Committed block [{}] with {} transaction(s)",
          target.channelId(),
          block.number(),
          block.codes().size());
    }
  }

  private ValidatedBlock validate(CheckedBlock next, LedgerView view, List<CommitBlock> group)
      throws InterruptedException {
    ValidatedBlock validated = validator.validate(next, target.config(), view);
    for (ValidatedBlock.Validated transaction : validated.transactions()) {
      if (!transaction.txId().isEmpty()) {
        view.add(transaction.txId());
      }
    }
    group.add(target.complete(validated));
    return validated;
  }

  private static boolean endsGroup(ValidatedBlock block) {
    if (block.newConfig().isPresent()) {
      return true;
    }
    for (ValidatedBlock.Validated transaction : block.transactions()) {
      if (transaction.checked() instanceof CheckedTransaction.Endorsed(TxRwSet rwSet)
          && changesRules(rwSet)) {
        return true;
      }
    }
    return false;
  }

  private static boolean changesRules(TxRwSet rwSet) {
    for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
      if (namespace.namespace().equals(LIFECYCLE)
          || namespace.kvRwSet().getMetadataWritesCount() > 0) {
        return true;
      }
      for (TxRwSet.CollHashedRwSet collection : namespace.collections()) {
        if (collection.hashedRwSet().getMetadataWritesCount() > 0) {
          return true;
        }
      }
    }
    return false;
  }
}
