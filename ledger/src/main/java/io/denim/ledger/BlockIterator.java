package io.denim.ledger;

import java.time.Duration;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// Blocks in order of number, also those that are yet to come. Read by one thread at a time; any
/// thread may close it, which wakes the reader.
public interface BlockIterator extends AutoCloseable {
  /// What comes of waiting for so long.
  sealed interface Next {
    /// The next block.
    record Found(Block block) implements Next {}

    /// None came in time; one may come yet.
    record NotYet() implements Next {}

    /// The iterator or its store is closed: none comes any more, and waiting takes no time.
    record Closed() implements Next {}
  }

  /// The next block, waited for.
  ///
  /// @return empty once the iterator or its store is closed
  /// @throws InterruptedException if the reader is interrupted while it waits
  Optional<Block> next() throws InterruptedException;

  /// The next block, waited for so long at the most.
  ///
  /// @throws InterruptedException if the reader is interrupted while it waits
  Next next(Duration patience) throws InterruptedException;

  /// The next block if there is one already.
  Optional<Block> poll();

  @Override
  void close();
}
