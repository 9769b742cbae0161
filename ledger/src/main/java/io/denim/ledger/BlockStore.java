package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockchainInfo;

/// A chain's blocks in Fabric's block files, with an index of its own (fabric v3.1.5
/// common/ledger/blkstorage). What orderers keep of a channel, and the lower half of a peer's
/// ledger. Reads are safe for any thread; one thread at a time appends.
public final class BlockStore implements BlockReader, AutoCloseable {
  private static final long LAST_BLOCK = -1L;

  private final BlockFiles files;
  private final Database db;
  private final BlockIndex index;
  private final ChainTip tip = new ChainTip();
  private final RecentBlocks recent = new RecentBlocks();

  private BlockStore(BlockFiles files, Database db) {
    this.files = files;
    this.db = db;
    this.index = new BlockIndex(db);
  }

  /// Opens a store, which is made if it is missing; a block that was not written to its end is cut
  /// off, and the index is brought up to the files.
  ///
  /// @param blocks the directory of `blockfile_000000` and so on
  /// @param index the directory of the index, for this store alone
  public static BlockStore open(Path blocks, Path index) {
    return open(blocks, index, LedgerOptions.BLOCK_FILE_SIZE);
  }

  static BlockStore open(Path blocks, Path index, int maxFileSize) {
    BlockFiles files = BlockFiles.open(blocks, maxFileSize);
    BlockStore store =
        new BlockStore(files, IndexRebuild.openDatabase(files, index, Set.of(Table.INDEX)));
    store.recover((block, location) -> {
      try (Database.Batch batch = store.db.batch()) {
        store.addToIndex(store.index.adder(batch), block, location);
        batch.writeUnlogged();
      }
    });
    return store;
  }

  /// The store inside a peer's ledger, whose database also holds the state.
  static BlockStore inside(BlockFiles files, Database db) {
    return new BlockStore(files, db);
  }

  /// Brings what follows from the blocks up to the files' end.
  ///
  /// @param visitor is given each block that the index lacks, and has to add it
  void recover(BlockFileScan.Visitor visitor) {
    index.base().ifPresent(base -> tip.moveTo(base.info()));
    Optional<Long> indexed = index.last();
    int file = 0;
    long offset = 0;
    if (indexed.isPresent()) {
      BlockLocation location = index.location(indexed.get()).orElseThrow();
      file = location.file();
      offset = location.end();
      tip.moveTo(read(location).getHeader());
    }
    Optional<BlockchainInfo> before = height() == 0 ? Optional.empty() : Optional.of(info());
    Block end = new BlockFileScan(files, before, visitor).run(file, offset);
    if (end != null) {
      tip.moveTo(end.getHeader());
    }
  }

  /// Appends the next block and waits until it is on disk.
  ///
  /// @throws LedgerException if it is not the next block or cannot be written
  public void append(Block block) {
    append(List.of(block));
  }

  /// Appends the next blocks with a single wait for the disk.
  ///
  /// @throws LedgerException if they are not the next blocks or cannot be written
  public void append(List<Block> blocks) {
    checkNext(blocks);
    List<BlockLocation> locations = write(blocks, () -> {});
    try (Database.Batch batch = db.batch()) {
      BlockIndex.Adder adder = index.adder(batch);
      for (int i = 0; i < blocks.size(); i++) {
        addToIndex(adder, blocks.get(i), locations.get(i));
      }
      batch.writeUnlogged();
    }
    show(blocks, locations);
  }

  private void checkNext(List<Block> blocks) {
    long height = height();
    ByteString lastHash = info().getCurrentBlockHash();
    for (Block block : blocks) {
      ChainTip.checkNext(block, height, lastHash);
      height++;
      lastHash = BlockHash.ofHeader(block.getHeader());
    }
  }

  /// Writes blocks to the files, durably, without showing them yet.
  ///
  /// @param written is told once all is written, before the wait for the disk
  List<BlockLocation> write(List<Block> blocks, Runnable written) {
    List<byte[]> frames = new ArrayList<>(blocks.size());
    for (Block block : blocks) {
      frames.add(BlockFormat.frame(block));
    }
    return files.append(frames, written);
  }

  void addToIndex(BlockIndex.Adder adder, Block block, BlockLocation location) {
    adder.addBlock(block.getHeader().getNumber(), BlockHash.ofHeader(block.getHeader()), location);
  }

  /// Shows blocks that are written and indexed to readers.
  void show(List<Block> blocks, List<BlockLocation> locations) {
    for (int i = 0; i < blocks.size(); i++) {
      recent.add(blocks.get(i), locations.get(i).length());
    }
    if (!blocks.isEmpty()) {
      tip.moveTo(blocks.getLast().getHeader());
    }
  }

  BlockIndex index() {
    return index;
  }

  @Override
  public long height() {
    return tip.height();
  }

  @Override
  public BlockchainInfo info() {
    return tip.info();
  }

  @Override
  public Optional<Block> blockByNumber(long number) {
    long wanted = number == LAST_BLOCK ? height() - 1 : number;
    if (Long.compareUnsigned(wanted, height()) >= 0) {
      return Optional.empty();
    }
    Optional<Block> kept = recent.get(wanted);
    return kept.isPresent() ? kept : index.location(wanted).map(this::read);
  }

  @Override
  public Optional<Block> blockByHash(ByteString headerHash) {
    return index.numberOf(headerHash).flatMap(this::blockByNumber);
  }

  private Block read(BlockLocation location) {
    byte[] bytes = files.read(location);
    if (!location.matches(bytes)) {
      throw new LedgerException(
          "%s is damaged: the %d bytes at %d are not those of the block that was written there; restore the file from a copy, or reset the channel"
              .formatted(
                  BlockFiles.path(files.directory(), location.file()),
                  location.length(),
                  location.offset()));
    }
    try {
      return BlockFormat.parse(bytes);
    } catch (IOException e) {
      throw new LedgerException(
          "%s holds no block at %d: %s"
              .formatted(BlockFiles.path(files.directory(), location.file()), location.offset(), e),
          e);
    }
  }

  @Override
  public BlockIterator iterator(long from) {
    return new TipIterator(this, tip, from);
  }

  /// Ends all iterators.
  @Override
  public void close() {
    tip.close();
    db.close();
    files.close();
  }
}
