package io.denim.ledger;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;

/// The last blocks of a chain, kept in memory since many streams read them right after their
/// commit. Bounded by their serialized length. Safe for use by any thread.
final class RecentBlocks {
  private static final long MAX_BYTES = 8L << 20;

  private final Map<Long, Entry> blocks = new LinkedHashMap<>();
  private long bytes;

  synchronized Optional<Block> get(long number) {
    Entry entry = blocks.get(number);
    return entry == null ? Optional.empty() : Optional.of(entry.block());
  }

  /// Adds the chain's newest block.
  synchronized void add(Block block, int length) {
    if (length > MAX_BYTES) {
      return;
    }
    blocks.put(block.getHeader().getNumber(), new Entry(block, length));
    bytes += length;
    var oldest = blocks.values().iterator();
    while (bytes > MAX_BYTES) {
      bytes -= oldest.next().length();
      oldest.remove();
    }
  }

  private record Entry(Block block, int length) {}
}
