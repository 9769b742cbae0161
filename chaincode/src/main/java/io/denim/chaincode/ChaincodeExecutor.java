package io.denim.chaincode;

import io.denim.ledger.TransactionSimulator;

/// Runs one invocation of a chaincode, user's or system's, for endorsers and queries. Safe for use
/// by any thread; the calling thread does the simulator's work and waits for the outcome.
public interface ChaincodeExecutor {
  /// Executes on a channel. Blocks until the chaincode answered, died, or its time was up.
  ///
  /// @param simulator reads and records for this transaction; still open afterwards
  ChaincodeOutcome execute(ChaincodeInvocation invocation, TransactionSimulator simulator);

  /// Executes a system chaincode outside of any channel, as administrators do with `cscc` and
  /// `_lifecycle`. User chaincodes are refused.
  ChaincodeOutcome executeWithoutChannel(ChaincodeInvocation invocation);

  /// Whether the name is that of an enabled system chaincode.
  boolean isSystemChaincode(String name);
}
