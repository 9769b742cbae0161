package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// What a simulated transaction read and wrote.
///
/// @param publicReadWriteSet a serialized `TxReadWriteSet`, as it goes into the transaction
/// @param privateReadWriteSet the clear private writes, absent where there are none
/// @param writtenKeys what is known of the keys that are written, one entry for each distinct case
/// @param privateReads collections whose clear data was read, as `namespace` to `collection` pairs
public record SimulationResults(
    ByteString publicReadWriteSet,
    Optional<TxPvtReadWriteSet> privateReadWriteSet,
    Set<WrittenKeys> writtenKeys,
    Set<CollectionName> privateReads) {
  public SimulationResults {
    writtenKeys = Set.copyOf(writtenKeys);
    privateReads = Set.copyOf(privateReads);
  }

  /// Keys of a chaincode that are written (values, deletes, metadata; private ones by their hash)
  /// and that have the same validation parameter before this transaction.
  ///
  /// @param collection empty for public keys
  /// @param validationParameter the committed `VALIDATION_PARAMETER` metadata of the keys; absent
  ///   for keys without one, which the chaincode's or collection's policy guards
  public record WrittenKeys(
      String namespace, String collection, Optional<ByteString> validationParameter) {}
}
