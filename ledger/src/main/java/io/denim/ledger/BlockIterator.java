package io.denim.ledger;

import java.time.Duration;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// Blocks in order of number, also those that are yet to come. Read by one thread at a time; any
/// thread may close it, which wakes the reader.
public interface BlockIterator extends AutoCloseable {
  /// The next block, waited for.
  ///
  /// @return empty once the iterator or its store is closed
  /// @throws InterruptedException if the reader is interrupted while it waits
  Optional<Block> next() throws InterruptedException;

  /// The next block, waited for so long at the most.
  ///
  /// @return empty if none came in time, or the iterator or its store is closed
  /// @throws InterruptedException if the reader is interrupted while it waits
  Optional<Block> next(Duration patience) throws InterruptedException;

  /// The next block if there is one already.
  Optional<Block> poll();

  @Override
  void close();
}
