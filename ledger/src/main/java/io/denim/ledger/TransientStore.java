package io.denim.ledger;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.hyperledger.fabric.protos.transientstore.TxPvtReadWriteSetWithConfigInfo;

/// Private write sets of transactions that were endorsed but are not committed yet (fabric v3.1.5
/// core/transientstore). One for each channel. Safe for use by any thread.
@SuppressWarnings("DoNotCallSuggester")
public final class TransientStore implements AutoCloseable {
  private TransientStore() {}

  /// Opens a channel's store, which is made if it is missing.
  public static TransientStore open(Path directory) {
    throw new UnsupportedOperationException(directory.toString());
  }

  /// Keeps what one endorser's simulation wrote; several may be kept for one transaction.
  ///
  /// @param blockHeight the height at which it came
  public void persist(String txId, long blockHeight, TxPvtReadWriteSetWithConfigInfo results) {
    throw new UnsupportedOperationException(txId);
  }

  /// All that is kept for a transaction.
  public List<Staged> byTxId(String txId) {
    throw new UnsupportedOperationException(txId);
  }

  /// Drops what is kept for these transactions.
  public void purgeByTxIds(Set<String> txIds) {
    throw new UnsupportedOperationException(txIds.toString());
  }

  /// Drops what came before a height.
  public void purgeBelowHeight(long blockHeight) {
    throw new UnsupportedOperationException(Long.toString(blockHeight));
  }

  @Override
  public void close() {}

  /// A staged write set.
  public record Staged(long receivedAtBlockHeight, TxPvtReadWriteSetWithConfigInfo results) {}
}
