package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockchainInfo;

/// A chain of blocks to read from; peers' and orderers' stores alike. Safe for use by any thread.
/// Block numbers are unsigned.
///
/// All methods throw {@link LedgerException} where the files or the index cannot be read.
public interface BlockReader {
  /// The number of the next block; 0 for an empty chain.
  long height();

  /// Height, hash of the last block and hash of the one before.
  BlockchainInfo info();

  /// A block by number; 2^64-1 asks for the last one.
  ///
  /// @return empty if the chain has no such block yet, or never had it in its files
  Optional<Block> blockByNumber(long number);

  /// A block by the hash of its header.
  Optional<Block> blockByHash(ByteString headerHash);

  /// Blocks in order, which waits at the end of the chain for new ones.
  ///
  /// @param from the first block's number; may be beyond the height
  BlockIterator iterator(long from);
}
