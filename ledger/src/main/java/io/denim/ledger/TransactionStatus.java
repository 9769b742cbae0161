package io.denim.ledger;

import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// What became of a transaction.
///
/// @param code the verdict on the first transaction that bore the id
/// @param blockNumber the block that holds it
public record TransactionStatus(TxValidationCode code, long blockNumber) {}
