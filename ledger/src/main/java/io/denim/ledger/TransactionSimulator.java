package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Map;

/// Executes a transaction without effect: what it reads and writes is recorded for the
/// transaction's read-write set (fabric v3.1.5 core/ledger/kvledger/txmgmt/txmgr/tx_simulator.go).
/// Reads do not see the simulation's own writes. Used by one thread at a time.
///
/// After {@link #results} every further call fails.
public interface TransactionSimulator extends QueryExecutor {
  /// An empty value is recorded as a delete.
  void setState(String namespace, String key, ByteString value) throws SimulationException;

  void deleteState(String namespace, String key) throws SimulationException;

  /// Replaces all of a key's metadata; an empty map deletes it.
  void setStateMetadata(String namespace, String key, Map<String, ByteString> metadata)
      throws SimulationException;

  void setPrivateData(String namespace, String collection, String key, ByteString value)
      throws SimulationException;

  void deletePrivateData(String namespace, String collection, String key)
      throws SimulationException;

  /// Deletes a private value together with its traces in the private-data history.
  void purgePrivateData(String namespace, String collection, String key) throws SimulationException;

  void setPrivateDataMetadata(
      String namespace, String collection, String key, Map<String, ByteString> metadata)
      throws SimulationException;

  /// Ends the simulation.
  SimulationResults results() throws SimulationException;
}
