package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// What a simulated transaction read and wrote.
///
/// @param publicReadWriteSet a serialized `TxReadWriteSet`, as it goes into the transaction
/// @param privateReadWriteSet the clear private writes, absent where there are none
/// @param writtenNamespaces chaincodes whose public state, metadata or private hashes are written
/// @param privateReads collections whose clear data was read, as `namespace` to `collection` pairs
public record SimulationResults(
    ByteString publicReadWriteSet,
    Optional<TxPvtReadWriteSet> privateReadWriteSet,
    Set<String> writtenNamespaces,
    Set<CollectionName> privateReads) {
  public SimulationResults {
    writtenNamespaces = Set.copyOf(writtenNamespaces);
    privateReads = Set.copyOf(privateReads);
  }
}
