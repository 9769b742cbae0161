package io.denim.peer;

import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CommitBlock;
import io.denim.ledger.CommitSteps;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.ImplicitCollections;
import io.denim.lifecycle.LifecycleChannels;
import io.denim.metrics.Metrics;
import io.denim.validate.BlockValidator;
import io.denim.validate.Parallel;
import io.denim.validate.ValidatedBlock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Validates and commits a chain from its genesis block on, or goes on with one, by the same
/// pipeline as a peer's channel: what a peer does that catches up, without the network. One thread
/// gives the blocks; the watcher is called by the committing thread.
public final class ChainReplay implements AutoCloseable {
  private final Watcher watcher;
  private final SignatureVerifier verifier;
  private final ExecutorService workers;
  private final LedgerProvider ledgers;
  private final PeerLedger ledger;
  private final CommitPipeline pipeline;
  private final BlockAdmission admission;
  private volatile ChannelConfig config;

  /// Follows a replay.
  public interface Watcher {
    /// The clear private data of a block that is about to be committed.
    default BlockPrivateData privateData(ValidatedBlock block) {
      return BlockPrivateData.NONE;
    }

    /// Is told of blocks once they are committed.
    void committed(List<CommittedBlock> blocks);

    /// Follows the ledger's steps.
    default CommitSteps steps() {
      return CommitSteps.UNWATCHED;
    }
  }

  private ChainReplay(
      Watcher watcher,
      LedgerOptions options,
      Block genesis,
      ChannelConfig first,
      SignatureVerifier verifier)
      throws PeerException {
    this.watcher = watcher;
    this.config = first;
    this.verifier = verifier;
    this.workers = Executors.newVirtualThreadPerTaskExecutor();
    ChaincodeDefinitions definitions =
        new ChaincodeDefinitions(new OnlyChannel(), new ImplicitCollections("", 0, 0));
    this.ledgers =
        LedgerProvider.open(
            options, definitions, new LedgerProvider.Followers(new Metrics(), watcher.steps()));
    try {
      this.ledger = open(genesis, first);
    } catch (PeerException | RuntimeException e) {
      ledgers.close();
      workers.shutdown();
      throw e;
    }
    BlockValidator validator =
        new BlockValidator(
            new DefinedPolicies(definitions),
            verifier,
            new Parallel(workers, Runtime.getRuntime().availableProcessors()));
    this.pipeline = new CommitPipeline(new Committing(), validator);
    this.admission =
        new BlockAdmission(new Judged(), ledger.height(), ledger.info().getCurrentBlockHash());
  }

  /// Begins with the genesis block, which is committed on return, or opens what is there of its
  /// channel.
  ///
  /// @throws PeerException if the block begins no channel
  public static ChainReplay start(
      LedgerOptions options, Block genesis, SignatureVerifier verifier, Watcher watcher)
      throws PeerException {
    try {
      ChainReplay replay =
          new ChainReplay(
              watcher, options, genesis, ChannelConfig.ofBlock(genesis, verifier), verifier);
      replay.pipeline.start();
      return replay;
    } catch (ChannelConfigException e) {
      throw new PeerException("the first block begins no channel: " + e.getMessage(), e);
    }
  }

  private PeerLedger open(Block genesis, ChannelConfig first) throws PeerException {
    if (!ledgers.channels().contains(first.channelId())) {
      return ledgers.create(genesis);
    }
    PeerLedger opened = ledgers.open(first.channelId());
    config = ChannelStarter.newestConfig(opened, verifier);
    return opened;
  }

  /// Takes the next block as it was ordered, waiting while there is no room.
  ///
  /// @return why it is refused, empty if it is taken
  public Optional<String> take(Block block) throws InterruptedException {
    Optional<String> problem = admission.problem(block);
    if (problem.isEmpty()) {
      problem = pipeline.submit(block);
    }
    if (problem.isEmpty()) {
      admission.taken(block);
    }
    return problem;
  }

  /// Waits until all that was taken is committed.
  ///
  /// @return why that will not be, empty once it is
  public Optional<String> finish() throws InterruptedException {
    return pipeline.awaitCommitted(admission.next());
  }

  /// Why nothing is committed, for good or until the disk is mended; empty while it is.
  public Optional<String> failure() {
    return pipeline.failure();
  }

  public PeerLedger ledger() {
    return ledger;
  }

  @Override
  public void close() {
    pipeline.close();
    ledgers.close();
    workers.shutdown();
  }

  /// What the lifecycle asks of the channel.
  private final class OnlyChannel implements LifecycleChannels {
    @Override
    public Optional<ChannelConfig> config(String channelId) {
      return Optional.of(config);
    }

    @Override
    public Optional<String> accessRefusal(
        String resource, String channelId, Optional<SignedProposal> proposal) {
      return Optional.of("a chain that is replayed takes no proposals");
    }
  }

  private final class Judged implements BlockAdmission.Chain {
    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public Optional<String> awaitCommitted(long height) throws InterruptedException {
      return pipeline.awaitCommitted(height);
    }
  }

  private final class Committing implements CommitPipeline.Target {
    @Override
    public PeerLedger ledger() {
      return ledger;
    }

    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public Optional<CommitBlock> complete(ValidatedBlock block, boolean mayWait) {
      return Optional.of(block.toCommit(watcher.privateData(block)));
    }

    @Override
    public void recovered(long number) {
      try {
        config = ChannelStarter.newestConfig(ledger, verifier);
      } catch (PeerException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }

    @Override
    public void committed(
        List<CommittedBlock> committed,
        List<CommitBlock> blocks,
        Optional<ChannelConfig> newConfig) {
      newConfig.ifPresent(next -> config = next);
      watcher.committed(committed);
    }
  }
}
