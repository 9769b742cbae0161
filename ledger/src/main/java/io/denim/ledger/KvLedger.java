package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.couch.CouchServer;
import io.denim.ledger.couch.CouchSettings;
import io.denim.wire.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.ProcessedTransaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel's ledger in files and databases (fabric v3.1.5 core/ledger/kvledger/kv_ledger.go).
/// Commits take a lock, so that a block and late private data do not meet; reads take none.
final class KvLedger implements PeerLedger {
  private static final Logger LOG = LoggerFactory.getLogger(KvLedger.class);
  private static final Set<Table> TABLES =
      EnumSet.of(
          Table.INDEX, Table.STATE, Table.JSON, Table.HISTORY, Table.EXPIRY, Table.COLLECTIONS);

  /// After this many transactions memory is written to disk in the background, so that little has
  /// to be worked out again after a crash.
  private static final int FLUSH_INTERVAL = 20_000;

  private final String channelId;
  private final CollectionSource source;
  private final LedgerParts parts;
  private final Snapshots snapshots;
  private final FormerHeight former;
  private final ReentrantLock commitLock = new ReentrantLock();
  private volatile ByteString commitHash = ByteString.EMPTY;
  private int unflushed;
  private boolean behind; // a group's blocks were stored, but perhaps not what follows from them

  private KvLedger(LedgerParts parts, Snapshots snapshots, FormerHeight former) {
    this.former = former;
    this.channelId = parts.channelId();
    this.source = parts.source();
    this.parts = parts;
    this.snapshots = snapshots;
  }

  /// Opens a channel's ledger, which is made if it is missing, and brings its databases up to its
  /// block files.
  static KvLedger open(
      String channelId,
      LedgerOptions options,
      Directories directories,
      CollectionSource source,
      LedgerProvider.Followers followers) {
    BlockFiles files = BlockFiles.open(directories.blocks(), options.maxBlockFileSize());
    Database db = IndexRebuild.openDatabase(files, directories.state(), TABLES);
    BlockStore store = BlockStore.inside(files, db);
    if (SnapshotBase.isMarked(directories.blocks()) && store.index().base().isEmpty()) {
      throw new LedgerException(
          "the databases of channel [%s] are lost; they came from a snapshot and cannot be built anew from blocks, so the channel has to be joined again"
              .formatted(channelId));
    }
    LedgerParts parts =
        new LedgerParts(
            channelId,
            source,
            store,
            db,
            new PrivateStore(directories.clear()),
            new BlockToLive(channelId, source),
            options.history() ? new History(db, store) : null,
            new LedgerMetrics(followers.metrics(), channelId),
            followers.steps(),
            follower(channelId, options.queries(), db));
    Snapshots snapshots =
        new Snapshots(channelId, options.snapshots(), db, parts.privateStore().snapshotRequests());
    KvLedger ledger = new KvLedger(parts, snapshots, FormerHeight.of(directories.blocks()));
    try {
      ledger.bringUp();
    } catch (RuntimeException e) {
      ledger.close();
      throw e;
    }
    snapshots.startIfDue(ledger.info(), ledger.commitHash);
    return ledger;
  }

  private static StateFollower follower(
      String channelId, LedgerOptions.Queries queries, Database db) {
    return switch (queries) {
      case LedgerOptions.Queries.None ignored -> StateFollower.NONE;
      case LedgerOptions.Queries.Embedded(int pageLimit) -> JsonIndexes.open(db, pageLimit);
      case LedgerOptions.Queries.CouchDb(CouchSettings settings) ->
          CouchMirror.open(channelId, db, new CouchServer(settings, Thread::sleep));
    };
  }

  /// The last transaction of the last block.
  private Height last() {
    int transactions = blockByNumber(-1).map(block -> block.getData().getDataCount()).orElse(1);
    return new Height(height() - 1, transactions - 1);
  }

  /// Brings the databases up to the block files.
  private void bringUp() {
    parts
        .store()
        .recover(
            (block, location) -> new LedgerCommit(parts, ByteString.EMPTY).replay(block, location));
    parts.privateStore().sync();
    parts.follower().opened(height() > 0 ? last() : null);
    commitHash = lastCommitHash();
    parts.metrics().height(height());
    former.reached(height());
    behind = false;
  }

  /// Makes the databases of a channel from a snapshot whose files are verified; the channel is then
  /// opened like any other.
  static void importSnapshot(
      Path snapshot,
      SnapshotMetadata metadata,
      LedgerOptions options,
      Directories directories,
      CollectionSource source)
      throws IOException {
    BlockFiles.open(directories.blocks(), options.maxBlockFileSize()).close();
    try (Database db = Database.open(directories.state(), TABLES);
        PrivateStore clear = new PrivateStore(directories.clear())) {
      BlockToLive blockToLive = new BlockToLive(metadata.channelId(), source);
      new SnapshotImport(snapshot, metadata.base(), db, clear, blockToLive).run();
    }
    metadata.base().mark(directories.blocks());
  }

  private ByteString lastCommitHash() {
    Optional<Block> last = blockByNumber(-1);
    if (last.isEmpty()) {
      return parts.store().index().base().map(SnapshotBase::commitHash).orElse(ByteString.EMPTY);
    }
    try {
      return Metadata.parseFrom(Blocks.slot(last.get(), BlockMetadataIndex.COMMIT_HASH)).getValue();
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerException("the last block of " + channelId + " has no commit hash", e);
    }
  }

  @Override
  public String channelId() {
    return channelId;
  }

  @Override
  public Optional<Long> heightBeforeReset() {
    return former.height();
  }

  @Override
  public List<CommittedBlock> commit(List<CommitBlock> blocks) {
    List<CommittedBlock> committed = new ArrayList<>(blocks.size());
    Iterator<CommitBlock> next = blocks.iterator();
    while (next.hasNext()) {
      try (CommitGroup group = beginGroup()) {
        while (next.hasNext() && !group.mustEnd()) {
          group.add(next.next());
        }
        committed.addAll(group.commit());
      }
    }
    return committed;
  }

  @Override
  public CommitGroup beginGroup() {
    commitLock.lock();
    try {
      if (behind) {
        bringUp();
      }
      return group(new LedgerCommit(parts, commitHash));
    } catch (RuntimeException e) {
      commitLock.unlock();
      throw e;
    }
  }

  private CommitGroup group(LedgerCommit commit) {
    return commit.group(
        new GroupView(channelId, source, commit.state()),
        snapshots::isDueAt,
        committed -> {
          commitHash = commit.commitHash();
          former.reached(height());
          tidy(commit, committed);
          parts.follower().committed(last());
          snapshots.startIfDue(info(), commitHash);
        },
        () -> {
          behind = commit.isHalfDone();
          commitLock.unlock();
        });
  }

  /// What may as well be done later: no block depends on it.
  private void tidy(LedgerCommit commit, List<CommittedBlock> committed) {
    try {
      commit.deleteExpired();
      flushNowAndThen(committed);
    } catch (LedgerException e) {
      LOG.warn(
          "[channel: {}] Housekeeping after block [{}] failed and will be tried again later: {}",
          channelId,
          height() - 1,
          e.getMessage());
    }
  }

  private void flushNowAndThen(List<CommittedBlock> committed) {
    for (CommittedBlock block : committed) {
      unflushed += 1 + block.codes().size();
    }
    if (unflushed > FLUSH_INTERVAL) {
      parts.db().flush(false);
      unflushed = 0;
    }
  }

  @Override
  public List<MissingInBlock> commitMissing(List<BlockOfPrivateData> data) {
    commitLock.lock();
    try {
      List<MissingInBlock> refused =
          new LatePrivateData(parts, this::queryExecutor, height()).commit(data);
      parts.follower().committed(last());
      return refused;
    } finally {
      commitLock.unlock();
    }
  }

  @Override
  public Optional<String> requestSnapshot(long blockNumber) {
    commitLock.lock();
    try {
      return snapshots.request(blockNumber, info(), commitHash);
    } finally {
      commitLock.unlock();
    }
  }

  @Override
  public Optional<String> cancelSnapshot(long blockNumber) {
    commitLock.lock();
    try {
      return snapshots.cancel(blockNumber);
    } finally {
      commitLock.unlock();
    }
  }

  @Override
  public List<Long> pendingSnapshots() {
    return snapshots.pending();
  }

  @Override
  public List<TxPvtData> privateData(long blockNumber, Predicate<CollectionName> filter) {
    if (Long.compareUnsigned(blockNumber, height()) >= 0) {
      return List.of();
    }
    long last = height() - 1;
    try (QueryExecutor definitions = queryExecutor()) {
      return parts
          .privateStore()
          .read(
              blockNumber,
              name -> {
                long expiry = parts.blockToLive().expiry(name, blockNumber, definitions);
                boolean expired =
                    expiry != BlockToLive.NEVER && Long.compareUnsigned(last, expiry) >= 0;
                return !expired && filter.test(name);
              });
    }
  }

  @Override
  public List<TxPvtData> keptPrivateData(long blockNumber) {
    return parts.privateStore().mayHold(blockNumber)
        ? parts.privateStore().read(blockNumber, name -> true)
        : List.of();
  }

  @Override
  public Optional<CollectionConfigPackage> collectionsBelow(String chaincode, long blockNumber) {
    return CollectionHistory.below(parts.db(), chaincode, blockNumber);
  }

  @Override
  public List<MissingInBlock> missingPrivateData(
      long below, int maxBlocks, Predicate<CollectionName> wanted) {
    return parts.privateStore().missing(below, maxBlocks, wanted);
  }

  @Override
  public QueryExecutor queryExecutor() {
    return new StateQueryExecutor(view(), ReadRecorder.NONE, true, null);
  }

  @Override
  public TransactionSimulator simulator(String txId) {
    return new RecordingSimulator(txId, view());
  }

  SnapshotView view() {
    return new SnapshotView(channelId, source, parts.db(), parts.history(), parts.follower());
  }

  @Override
  public void deployIndexes(ChaincodeIndexes indexes) {
    commitLock.lock();
    try {
      parts.follower().deploy(indexes);
    } finally {
      commitLock.unlock();
    }
  }

  @Override
  public long height() {
    return parts.store().height();
  }

  @Override
  public BlockchainInfo info() {
    return parts.store().info();
  }

  @Override
  public ByteString commitHash() {
    return commitHash;
  }

  @Override
  public Optional<Block> blockByNumber(long number) {
    return parts.store().blockByNumber(number);
  }

  @Override
  public Optional<Block> blockByHash(ByteString headerHash) {
    return parts.store().blockByHash(headerHash);
  }

  @Override
  public Optional<Block> blockByTxId(String txId) {
    return parts.store().index().transaction(txId).flatMap(found -> blockByNumber(found.block()));
  }

  @Override
  public Optional<ProcessedTransaction> transactionById(String txId) {
    return parts
        .store()
        .index()
        .transaction(txId)
        .filter(found -> found.txNumber() >= 0)
        .flatMap(this::processed);
  }

  private Optional<ProcessedTransaction> processed(BlockIndex.Transaction found) {
    return blockByNumber(found.block())
        .map(block -> {
          try {
            return ProcessedTransaction.newBuilder()
                .setTransactionEnvelope(
                    Envelope.parseFrom(block.getData().getData(found.txNumber())))
                .setValidationCode(found.code().getNumber())
                .build();
          } catch (InvalidProtocolBufferException e) {
            throw new LedgerException(
                "transaction [%d] of block [%d] cannot be read"
                    .formatted(found.txNumber(), found.block()),
                e);
          }
        });
  }

  @Override
  public Optional<TransactionStatus> transactionStatus(String txId) {
    return parts
        .store()
        .index()
        .transaction(txId)
        .map(found -> new TransactionStatus(found.code(), found.block()));
  }

  @Override
  public BlockIterator iterator(long from) {
    return parts.store().iterator(from);
  }

  @Override
  public void close() {
    commitLock.lock();
    try {
      snapshots.close();
      parts.follower().close();
      parts.store().close();
      parts.privateStore().close();
    } finally {
      commitLock.unlock();
    }
  }

  /// Where a channel's ledger lies.
  ///
  /// @param clear of the private data store
  record Directories(Path blocks, Path state, Path clear) {}
}
