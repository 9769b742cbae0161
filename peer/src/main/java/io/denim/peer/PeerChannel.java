package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.deliver.DeliverChannel;
import io.denim.endorse.EndorsementChannel;
import io.denim.gateway.CommitNotifier;
import io.denim.gateway.DefinedChaincode;
import io.denim.gateway.GatewayChannel;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockIterator;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.BlockReader;
import io.denim.ledger.CommitBlock;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.TransactionSimulator;
import io.denim.ledger.TransactionStatus;
import io.denim.ledger.TransientStore;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.LifecycleCache;
import io.denim.lifecycle.LifecycleException;
import io.denim.validate.BlockValidator;
import io.denim.validate.ValidatedBlock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;

/// One channel of a peer: its ledger, its configuration, and the way of new blocks into them. The
/// configuration changes when a block that carries one commits. Reads are for any thread; the
/// committing thread of the pipeline alone changes anything.
final class PeerChannel
    implements EndorsementChannel, DeliverChannel, GatewayChannel, AutoCloseable {
  private static final String LIFECYCLE = "_lifecycle";
  private static final ByteString LIFECYCLE_POLICY =
      ApplicationPolicy.newBuilder()
          .setChannelConfigPolicyReference("/Channel/Application/LifecycleEndorsement")
          .build()
          .toByteString();
  private static final long TRANSIENT_SWEEP = 1_000; // unclaimed private data is looked for

  private final PeerLedger ledger;
  private final SignatureVerifier verifier;
  private final TransientStore staged;
  private final Chaincodes chaincodes;
  private final BlockPrivateDataSource privateData;
  private final CommitNotifier commits;
  private final CommitPipeline pipeline;
  private final BlockIntake intake;
  private volatile ChannelConfig config;

  /// What a channel asks of the peer's chaincode side.
  ///
  /// @param definitions read from the state
  /// @param cache follows commits
  /// @param privateData from other peers
  record Chaincodes(
      ChaincodeDefinitions definitions, LifecycleCache cache, PrivateDataFetch privateData) {}

  PeerChannel(
      PeerLedger ledger,
      ChannelConfig config,
      TransientStore staged,
      Chaincodes chaincodes,
      BlockValidator validator,
      SignatureVerifier verifier,
      CommitNotifier commits) {
    this.verifier = verifier;
    this.commits = commits;
    this.ledger = ledger;
    this.config = config;
    this.staged = staged;
    this.chaincodes = chaincodes;
    this.privateData = new BlockPrivateDataSource(this, chaincodes.privateData());
    this.pipeline = new CommitPipeline(new Committing(), validator);
    this.intake =
        new BlockIntake(
            id(),
            new Judged(),
            new BlockAdmission(new Judged(), ledger.height(), ledger.info().getCurrentBlockHash()));
  }

  void start() {
    pipeline.start();
  }

  String id() {
    return ledger.channelId();
  }

  PeerLedger ledger() {
    return ledger;
  }

  TransientStore staged() {
    return staged;
  }

  /// Takes the channel's blocks, whoever brings them.
  BlockIntake intake() {
    return intake;
  }

  /// Why the channel commits no more, empty while it does.
  Optional<String> failure() {
    return pipeline.failure();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public long height() {
    return ledger.height();
  }

  @Override
  public BlockReader blocks() {
    return ledger;
  }

  @Override
  public BlockIterator blocks(long from) {
    return ledger.iterator(from);
  }

  @Override
  public boolean failing() {
    return false; // a peer delivers what it has
  }

  @Override
  public boolean hasTransaction(String txId) {
    return ledger.transactionStatus(txId).isPresent();
  }

  @Override
  public Optional<TransactionStatus> transactionStatus(String txId) {
    return ledger.transactionStatus(txId);
  }

  @Override
  public void awaitReceived(Duration patience) throws InterruptedException {
    pipeline.awaitCommitted(intake.next(), patience);
  }

  @Override
  public Optional<Long> heightBeforeReset() {
    return ledger.heightBeforeReset();
  }

  @Override
  public TransactionSimulator simulator(String txId) {
    return ledger.simulator(txId);
  }

  @Override
  public Optional<CollectionConfigPackage> collections(String chaincode) {
    try (QueryExecutor state = ledger.queryExecutor()) {
      return chaincodes.definitions().allCollections(id(), chaincode, state);
    } catch (LifecycleException e) {
      throw new IllegalArgumentException(
          "the collections of chaincode " + chaincode + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<DefinedChaincode> chaincode(String name) {
    if (name.equals(LIFECYCLE)) {
      return Optional.of(new DefinedChaincode(1, LIFECYCLE_POLICY, List.of()));
    }
    return chaincodes
        .cache()
        .definition(id(), name)
        .map(definition ->
            new DefinedChaincode(
                definition.sequence(),
                definition.endorsementPolicy(),
                definition.collections().getConfigList().stream()
                    .map(CollectionConfig::getStaticCollectionConfig)
                    .toList()));
  }

  /// The chaincodes that this peer can run, with the sequence of their definition as text.
  Map<String, String> runnableChaincodes() {
    Map<String, String> runnable = new TreeMap<>();
    runnable.put(LIFECYCLE, "1");
    for (var chaincode : chaincodes.cache().chaincodes(id())) {
      if (chaincode.installed() && chaincode.approved()) {
        runnable.put(chaincode.name(), Long.toString(chaincode.sequence()));
      }
    }
    return runnable;
  }

  @Override
  public void close() {
    pipeline.close();
    staged.close();
    ledger.close();
  }

  /// The pipeline's end.
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
    public Optional<CommitBlock> complete(ValidatedBlock block, boolean mayWait)
        throws InterruptedException {
      return privateData.of(block, mayWait).map(block::toCommit);
    }

    @Override
    public void recovered(long number) {
      try (QueryExecutor state = ledger.queryExecutor()) {
        config = ChannelStarter.newestConfig(ledger, verifier);
        chaincodes.cache().initialize(id(), state);
      } catch (PeerException | LifecycleException e) {
        throw new IllegalStateException(
            "what the ledger holds after a fault cannot be followed: " + e.getMessage(), e);
      }
      privateData.committed(number);
      commits.lookAgain(id(), ledger::transactionStatus);
    }

    @Override
    public void committed(
        List<CommittedBlock> committed,
        List<CommitBlock> blocks,
        Optional<ChannelConfig> newConfig) {
      newConfig.ifPresent(next -> config = next);
      for (int i = 0; i < committed.size(); i++) {
        follow(committed.get(i));
        privateData.committed(committed.get(i).number());
        commits.committed(id(), committed.get(i));
        dropStaged(committed.get(i), blocks.get(i).privateData());
      }
    }

    /// Private data of committed transactions is in the ledger now, or not for this peer.
    private void dropStaged(CommittedBlock block, BlockPrivateData data) {
      if (!data.present().isEmpty() || !data.missing().isEmpty()) {
        Set<String> txIds = new HashSet<>();
        data.present().keySet().forEach(number -> txIds.add(block.txIds().get(number)));
        data.missing().forEach(each -> txIds.add(block.txIds().get(each.txNumber())));
        staged.purgeByTxIds(txIds);
      }
      long kept = chaincodes.privateData().settings().transientStoreMaxBlockRetention();
      if (block.number() % Math.min(kept, TRANSIENT_SWEEP) == 0 && block.number() > kept) {
        staged.purgeBelowHeight(block.number() - kept);
      }
    }

    private void follow(CommittedBlock block) {
      if (!block.updates().namespaces().contains(LIFECYCLE)) {
        return;
      }
      try (QueryExecutor state = ledger.queryExecutor()) {
        chaincodes.cache().blockCommitted(id(), block.updates(), state);
      } catch (LifecycleException e) {
        throw new IllegalStateException(
            "chaincode definitions after block " + block.number() + " cannot be read", e);
      }
    }
  }

  /// What the intake asks of the channel.
  private final class Judged implements BlockIntake.Chain {
    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public Optional<String> awaitCommitted(long height) throws InterruptedException {
      return pipeline.awaitCommitted(height);
    }

    @Override
    public Optional<String> submit(Block block, Map<Integer, TxPvtReadWriteSet> data)
        throws InterruptedException {
      if (!data.isEmpty()) {
        privateData.sent(block.getHeader().getNumber(), data);
      }
      return pipeline.submit(block);
    }
  }
}
