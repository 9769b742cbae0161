package io.denim.ledger;

import java.time.Duration;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// Follows a chain from a block on. Read by one thread at a time, closed by any.
final class TipIterator implements BlockIterator {
  private final BlockReader reader;
  private final ChainTip tip;
  private long next;
  private volatile boolean closed;

  TipIterator(BlockReader reader, ChainTip tip, long from) {
    this.reader = reader;
    this.tip = tip;
    this.next = from;
  }

  @Override
  public Optional<Block> next() throws InterruptedException {
    return !closed && tip.await(next, () -> closed) ? Optional.of(block()) : Optional.empty();
  }

  @Override
  public Next next(Duration patience) throws InterruptedException {
    if (closed) {
      return new Next.Closed();
    }
    return switch (tip.await(next, () -> closed, patience)) {
      case THERE -> new Next.Found(block());
      case LATE -> new Next.NotYet();
      case CLOSED -> new Next.Closed();
    };
  }

  @Override
  public Optional<Block> poll() {
    return !closed && Long.compareUnsigned(next, tip.height()) < 0
        ? Optional.of(block())
        : Optional.empty();
  }

  private Block block() {
    Block block =
        reader
            .blockByNumber(next)
            .orElseThrow(() ->
                new LedgerException(
                    "block [%s] is not in the block files".formatted(Long.toUnsignedString(next))));
    next++;
    return block;
  }

  @Override
  public void close() {
    closed = true;
    tip.wake();
  }
}
