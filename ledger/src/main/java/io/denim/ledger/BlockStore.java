package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockchainInfo;

/// A chain's blocks in Fabric's block files, with an index of its own (fabric v3.1.5
/// common/ledger/blkstorage). What orderers keep of a channel, and the lower half of a peer's
/// ledger. Reads are safe for any thread; one thread at a time appends.
@SuppressWarnings("DoNotCallSuggester")
public final class BlockStore implements BlockReader, AutoCloseable {
  private BlockStore() {}

  /// Opens a store, which is made if it is missing; a block that was not written to its end is cut
  /// off, and the index is brought up to the files.
  ///
  /// @param blocks the directory of `blockfile_000000` and so on
  /// @param index the directory of the index, for this store alone
  public static BlockStore open(Path blocks, Path index) {
    throw new UnsupportedOperationException(blocks.toString() + index);
  }

  /// Appends the next block and waits until it is on disk.
  ///
  /// @throws LedgerException if it is not the next block or cannot be written
  public void append(Block block) {
    append(List.of(block));
  }

  /// Appends the next blocks with a single wait for the disk.
  public void append(List<Block> blocks) {
    throw new UnsupportedOperationException(blocks.toString());
  }

  @Override
  public long height() {
    return 0;
  }

  @Override
  public BlockchainInfo info() {
    return BlockchainInfo.getDefaultInstance();
  }

  @Override
  public Optional<Block> blockByNumber(long number) {
    return Optional.empty();
  }

  @Override
  public Optional<Block> blockByHash(ByteString headerHash) {
    return Optional.empty();
  }

  @Override
  public BlockIterator iterator(long from) {
    throw new UnsupportedOperationException(Long.toString(from));
  }

  /// Ends all iterators.
  @Override
  public void close() {}
}
