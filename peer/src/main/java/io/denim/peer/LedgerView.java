package io.denim.peer;

import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;
import io.denim.validate.CommittedState;
import java.util.HashSet;
import java.util.Set;

/// A ledger as validation sees it. It serves several blocks in a row as long as those before only
/// added transactions: their ids are told to it, their writes are for the ledger's conflict check.
/// Used by one thread.
final class LedgerView implements CommittedState {
  private final PeerLedger ledger;
  private final Set<String> newTxIds = new HashSet<>();

  LedgerView(PeerLedger ledger) {
    this.ledger = ledger;
  }

  /// Tells of a transaction in a block that is validated but not committed yet.
  void add(String txId) {
    newTxIds.add(txId);
  }

  @Override
  public boolean transactionExists(String txId) {
    return newTxIds.contains(txId) || ledger.transactionStatus(txId).isPresent();
  }

  @Override
  public QueryExecutor queryExecutor() {
    return ledger.queryExecutor();
  }
}
