package io.denim.ledger;

import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;

/// The clear private writes of a committed transaction.
///
/// @param txNumber the transaction's number in its block
public record TxPvtData(long txNumber, TxPvtReadWriteSet writeSet) {}
