package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.BlockProcessor.Processed;
import io.denim.ledger.CommitSteps.Step;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Commits one group of blocks. The order makes it safe to stop anywhere: clear private data is on
/// disk before its block is, the block before anything that follows from it; what follows is
/// written in one batch, which a crash may undo as a whole, and is then worked out again from the
/// block files. Used by the committing thread, once.
final class LedgerCommit {
  private static final int PURGE_INTERVAL = 100;

  private final LedgerParts parts;
  private final PendingState state;
  private final ExpirySchedule expiry;
  private final BlockProcessor processor;
  private final CollectionHistory collections;
  private final QueryExecutor definitions;
  private final List<Processed> processed = new ArrayList<>();
  private final List<CommitBlock> added = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private final List<List<String>> txIds = new ArrayList<>();
  private final Set<String> newTxIds = new HashSet<>();
  private boolean halfDone;
  private ByteString lastHash;
  private ByteString commitHash;

  /// @param commitHash the one before these blocks
  LedgerCommit(LedgerParts parts, ByteString commitHash) {
    this.parts = parts;
    this.commitHash = commitHash;
    this.lastHash = parts.store().info().getCurrentBlockHash();
    this.state = new PendingState(new StoredState(parts.db(), null));
    this.expiry = new ExpirySchedule(parts.db());
    this.collections = new CollectionHistory(parts.channelId(), parts.source());
    this.processor = new BlockProcessor(state, expiry, parts.privateStore(), parts.follower());
    this.definitions =
        new StateQueryExecutor(new DefinitionsView(state), ReadRecorder.NONE, false, null);
  }

  StateReader state() {
    return state;
  }

  boolean transactionExists(String txId) {
    return newTxIds.contains(txId) || parts.store().index().transaction(txId).isPresent();
  }

  ByteString commitHash() {
    return commitHash;
  }

  /// Whether the blocks are stored, but something failed before all that follows from them was.
  boolean isHalfDone() {
    return halfDone;
  }

  /// Works through a new block.
  void add(CommitBlock block) {
    long start = System.nanoTime();
    long number = block.block().getHeader().getNumber();
    ChainTip.checkNext(block.block(), parts.store().height() + blocks.size(), lastHash);
    Processed result = processor.processNew(block, commitHash);
    storePrivate(number, result.privateData(), result);
    finish(result, withVerdict(block.block(), result), block.txIds());
    commitHash = result.commitHash();
    lastHash = BlockHash.ofHeader(block.block().getHeader());
    added.add(block);
    parts.metrics().processed(start);
  }

  /// Stores the blocks that were added.
  List<CommittedBlock> commit() {
    if (blocks.isEmpty()) {
      return List.of();
    }
    long begun = System.nanoTime();
    CommitSteps steps = parts.steps();
    steps.reached(Step.PRIVATE_STORED);
    if (parts.privateStore().sync()) {
      steps.reached(Step.PRIVATE_SYNCED);
    }
    long blocksBegun = System.nanoTime();
    List<BlockLocation> locations =
        parts.store().write(blocks, () -> steps.reached(Step.BLOCKS_WRITTEN));
    halfDone = true;
    steps.reached(Step.BLOCKS_SYNCED);
    long stateBegun = System.nanoTime();
    List<CommittedBlock> committed = writeWhatFollows(locations);
    steps.reached(Step.STATE_WRITTEN);
    parts.store().show(blocks, locations);
    halfDone = false;
    steps.reached(Step.SHOWN);
    parts.metrics().stored(blocks.size(), begun, blocksBegun, stateBegun, System.nanoTime());
    count(committed);
    return committed;
  }

  private void count(List<CommittedBlock> committed) {
    parts.metrics().height(parts.store().height());
    for (int i = 0; i < committed.size(); i++) {
      CommitBlock block = added.get(i);
      parts.metrics().count(block.transactions(), block.chaincodes(), committed.get(i));
    }
  }

  /// Works out again what follows from a stored block.
  void replay(Block block, BlockLocation location) {
    CommitBlock stored = StoredBlock.read(block, parts.privateStore());
    Processed result = processor.processStored(stored, ByteString.EMPTY);
    storePrivate(
        block.getHeader().getNumber(),
        new BlockPrivateData(Map.of(), stored.privateData().missing()),
        result);
    finish(result, block, stored.txIds());
    writeWhatFollows(List.of(location));
  }

  private void storePrivate(long number, BlockPrivateData data, Processed result) {
    parts
        .privateStore()
        .commit(
            number,
            data,
            result.purges(),
            name -> parts.blockToLive().expiry(name, number, definitions));
  }

  private void finish(Processed result, Block block, List<String> knownTxIds) {
    processor.finish(result, block.getHeader().getNumber(), parts.blockToLive(), definitions);
    collections.add(block.getHeader().getNumber(), result.updates(), definitions);
    processed.add(result);
    blocks.add(block);
    List<String> ids = knownTxIds.isEmpty() ? txIds(block) : knownTxIds;
    txIds.add(ids);
    newTxIds.addAll(ids);
  }

  private static List<String> txIds(Block block) {
    List<String> ids = new ArrayList<>(block.getData().getDataCount());
    for (ByteString envelope : block.getData().getDataList()) {
      ids.add(EnvelopeTxId.of(envelope));
    }
    return ids;
  }

  private static Block withVerdict(Block block, Processed result) {
    Block filtered =
        Blocks.withSlot(
            block, BlockMetadataIndex.TRANSACTIONS_FILTER, CommitHash.flags(result.codes()));
    return result.commitHash().isEmpty()
        ? filtered
        : Blocks.withSlot(
            filtered,
            BlockMetadataIndex.COMMIT_HASH,
            Metadata.newBuilder().setValue(result.commitHash()).build().toByteString());
  }

  private List<CommittedBlock> writeWhatFollows(List<BlockLocation> locations) {
    List<CommittedBlock> committed = new ArrayList<>(blocks.size());
    try (Database.Batch batch = parts.db().batch()) {
      BlockIndex.Adder adder = parts.store().index().adder(batch);
      for (int i = 0; i < blocks.size(); i++) {
        Block block = blocks.get(i);
        Processed result = processed.get(i);
        parts.store().addToIndex(adder, block, locations.get(i));
        adder.addTransactions(block.getHeader().getNumber(), txIds.get(i), result.codes());
        if (parts.history() != null) {
          addHistory(batch, block.getHeader().getNumber(), result);
        }
        committed.add(
            new CommittedBlock(
                block, txIds.get(i), result.codes(), result.updates(), result.commitHash()));
      }
      state.addTo(batch, parts.follower());
      expiry.addTo(batch);
      collections.addTo(batch);
      batch.writeUnlogged();
    }
    return committed;
  }

  private static void addHistory(Database.Batch batch, long number, Processed result) {
    result.valid().forEach((tx, rwSet) -> History.add(batch, rwSet, new Height(number, tx)));
  }

  /// Deletes clear private data that expired, now and then. Nothing depends on it: what fails now
  /// is done with the next hundred blocks.
  void deleteExpired() {
    for (Block block : blocks) {
      long number = block.getHeader().getNumber();
      if (Long.remainderUnsigned(number, PURGE_INTERVAL) == 0) {
        parts.steps().reached(Step.EXPIRING);
        parts.privateStore().deleteExpired(number);
      }
    }
  }

  /// A group of new blocks for others to fill.
  ///
  /// @param view reads this commit's state
  /// @param last tells whether a block must be the last of its group
  /// @param committed is told what was committed, before the caller is
  /// @param closed runs when the group is given up or done
  CommitGroup group(
      StateQueryExecutor.View view,
      LongPredicate last,
      Consumer<List<CommittedBlock>> committed,
      Runnable closed) {
    return new CommitGroup() {
      private boolean done;
      private boolean over;

      @Override
      public QueryExecutor queryExecutor() {
        return new StateQueryExecutor(view, ReadRecorder.NONE, true, null);
      }

      @Override
      public boolean transactionExists(String txId) {
        return LedgerCommit.this.transactionExists(txId);
      }

      @Override
      public void add(CommitBlock block) {
        checkOpen();
        LedgerCommit.this.add(block);
      }

      @Override
      public boolean mustEnd() {
        return !blocks.isEmpty() && last.test(blocks.getLast().getHeader().getNumber());
      }

      @Override
      public List<CommittedBlock> commit() {
        checkOpen();
        done = true;
        List<CommittedBlock> stored = LedgerCommit.this.commit();
        committed.accept(stored);
        return stored;
      }

      private void checkOpen() {
        if (done || over) {
          throw new IllegalStateException("the group of blocks is committed or closed");
        }
      }

      @Override
      public void close() {
        if (!over) {
          over = true;
          closed.run();
        }
      }
    };
  }

  /// The verdicts that a stored block carries.
  static List<TxValidationCode> codes(Block block) {
    ByteString flags = Blocks.slot(block, BlockMetadataIndex.TRANSACTIONS_FILTER);
    if (flags.size() != block.getData().getDataCount()) {
      throw new LedgerException(
          "block [%s] in the block files has %d transactions but %d verdicts"
              .formatted(
                  Long.toUnsignedString(block.getHeader().getNumber()),
                  block.getData().getDataCount(),
                  flags.size()));
    }
    List<TxValidationCode> codes = new ArrayList<>(flags.size());
    for (int i = 0; i < flags.size(); i++) {
      TxValidationCode code = TxValidationCode.forNumber(flags.byteAt(i) & 0xff);
      codes.add(code == null ? TxValidationCode.INVALID_OTHER_REASON : code);
    }
    return codes;
  }
}
