package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.ledger.BlockProcessor.Processed;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final QueryExecutor definitions;
  private final List<Processed> processed = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();

  LedgerCommit(LedgerParts parts) {
    this.parts = parts;
    this.state = new PendingState(new StoredState(parts.db(), null));
    this.expiry = new ExpirySchedule(parts.db());
    this.processor = new BlockProcessor(state, expiry, parts.privateStore());
    this.definitions =
        new StateQueryExecutor(new DefinitionsView(state), ReadRecorder.NONE, false, null);
  }

  /// Commits new blocks.
  ///
  /// @param previous the commit hash before them
  List<CommittedBlock> commit(List<CommitBlock> group, ByteString previous) {
    ByteString hash = previous;
    for (CommitBlock block : group) {
      long number = block.block().getHeader().getNumber();
      Processed result = processor.processNew(block, hash);
      parts
          .privateStore()
          .commit(
              number,
              result.privateData(),
              result.purges(),
              name -> parts.blockToLive().expiry(name, number, definitions));
      processor.finish(result, number, parts.blockToLive(), definitions);
      processed.add(result);
      blocks.add(withVerdict(block.block(), result));
      hash = result.commitHash();
    }
    parts.privateStore().sync();
    List<BlockLocation> locations = parts.store().write(blocks);
    List<CommittedBlock> committed = writeWhatFollows(locations);
    parts.store().show(blocks, locations);
    deleteExpired();
    return committed;
  }

  /// Works out again what follows from a stored block.
  void replay(Block block, BlockLocation location) {
    long number = block.getHeader().getNumber();
    CommitBlock stored = StoredBlock.read(block, parts.privateStore());
    Processed result = processor.processStored(stored, ByteString.EMPTY);
    parts
        .privateStore()
        .commit(
            number,
            new BlockPrivateData(Map.of(), stored.privateData().missing()),
            result.purges(),
            name -> parts.blockToLive().expiry(name, number, definitions));
    processor.finish(result, number, parts.blockToLive(), definitions);
    processed.add(result);
    blocks.add(block);
    writeWhatFollows(List.of(location));
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
    List<CommittedBlock> committed = new ArrayList<>();
    try (Database.Batch batch = parts.db().batch()) {
      BlockIndex.Adder adder = parts.store().index().adder(batch);
      for (int i = 0; i < blocks.size(); i++) {
        Block block = blocks.get(i);
        Processed result = processed.get(i);
        List<String> txIds = txIds(block);
        parts.store().addToIndex(adder, block, locations.get(i));
        adder.addTransactions(block.getHeader().getNumber(), txIds, result.codes());
        if (parts.history() != null) {
          addHistory(batch, block.getHeader().getNumber(), result);
        }
        committed.add(
            new CommittedBlock(
                block, txIds, result.codes(), result.updates(), result.commitHash()));
      }
      state.addTo(batch);
      expiry.addTo(batch);
      batch.writeUnlogged();
    }
    return committed;
  }

  private static void addHistory(Database.Batch batch, long number, Processed result) {
    result.valid().forEach((tx, rwSet) -> History.add(batch, rwSet, new Height(number, tx)));
  }

  private static List<String> txIds(Block block) {
    List<String> txIds = new ArrayList<>(block.getData().getDataCount());
    for (ByteString envelope : block.getData().getDataList()) {
      txIds.add(EnvelopeTxId.of(envelope));
    }
    return txIds;
  }

  private void deleteExpired() {
    for (Block block : blocks) {
      long number = block.getHeader().getNumber();
      if (Long.remainderUnsigned(number, PURGE_INTERVAL) == 0) {
        parts.privateStore().deleteExpired(number);
      }
    }
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
