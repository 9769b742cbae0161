package io.denim.ledger;

import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// The clear private data that is known when a block is committed.
///
/// @param present write sets by number of the transaction in its block; also those of transactions
///   that turn out invalid may be given, and are kept
/// @param missing what this node lacks, with a word on whether it should have it; what valid
///   transactions wrote and is neither given nor listed here is noted as missing and eligible
public record BlockPrivateData(
    Map<Integer, TxPvtReadWriteSet> present, List<MissingPrivateData> missing) {
  /// For blocks without private data.
  public static final BlockPrivateData NONE = new BlockPrivateData(Map.of(), List.of());

  public BlockPrivateData {
    present = Map.copyOf(present);
    missing = List.copyOf(missing);
  }

  /// A private write set that was not at hand.
  ///
  /// @param txNumber the transaction's number in its block
  /// @param eligible whether this node's organization is a member of the collection
  public record MissingPrivateData(int txNumber, CollectionName collection, boolean eligible) {}
}
