package io.denim.validate;

import io.denim.ledger.CommitGroup;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;

/// What the previous block left.
public interface CommittedState {
  /// Whether a transaction in the chain bears the id, valid or not.
  boolean transactionExists(String txId);

  /// Reads the world state; closed by the caller.
  QueryExecutor queryExecutor();

  /// A peer's ledger.
  static CommittedState of(PeerLedger ledger) {
    return new CommittedState() {
      @Override
      public boolean transactionExists(String txId) {
        return ledger.transactionStatus(txId).isPresent();
      }

      @Override
      public QueryExecutor queryExecutor() {
        return ledger.queryExecutor();
      }
    };
  }

  /// A group of blocks that is being committed: the state that the last one added leaves.
  static CommittedState of(CommitGroup group) {
    return new CommittedState() {
      @Override
      public boolean transactionExists(String txId) {
        return group.transactionExists(txId);
      }

      @Override
      public QueryExecutor queryExecutor() {
        return group.queryExecutor();
      }
    };
  }
}
