package io.denim.ledger;

import java.util.List;
import org.hyperledger.fabric.protos.common.Block;

/// A peer's ledgers, one for each channel (fabric v3.1.5
/// core/ledger/kvledger/kv_ledger_provider.go). Holds a lock on its directory. Safe for use by any
/// thread.
@SuppressWarnings("DoNotCallSuggester")
public final class LedgerProvider implements AutoCloseable {
  private LedgerProvider() {}

  /// Opens the directory, which is made if it is missing.
  ///
  /// @throws LedgerException if another process has it open
  public static LedgerProvider open(LedgerOptions options, CollectionSource collections) {
    throw new UnsupportedOperationException(options.toString() + collections);
  }

  /// Makes a channel's ledger of its genesis block.
  ///
  /// @throws LedgerException if the channel exists already
  public PeerLedger create(Block genesis) {
    throw new UnsupportedOperationException(genesis.toString());
  }

  /// Opens a channel's ledger, or gives the open one.
  ///
  /// @throws LedgerException if there is no such channel
  public PeerLedger open(String channelId) {
    throw new UnsupportedOperationException(channelId);
  }

  /// The channels that have a ledger here, sorted.
  public List<String> channels() {
    return List.of();
  }

  /// Closes all ledgers and lets go of the directory.
  @Override
  public void close() {}
}
