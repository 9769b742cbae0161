package io.denim.deliver;

import java.time.Duration;
import java.util.Optional;

/// Finds out whether an orderer keeps back blocks that others have. Used by the thread of the feed
/// that follows it.
interface Withholding extends AutoCloseable {
  /// How long the feed waits for a block before it asks again.
  Duration interval();

  /// Asked after each wait.
  ///
  /// @param next the number of the block that is wanted
  /// @param waited how long the feed has just waited for the orderer
  /// @param silent whether nothing came
  /// @return what shows that the orderer withholds a block; empty if nothing does
  Optional<String> suspicion(long next, Duration waited, boolean silent)
      throws InterruptedException;

  @Override
  void close();
}
