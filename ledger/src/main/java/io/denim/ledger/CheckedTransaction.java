package io.denim.ledger;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// A transaction of a block as validation hands it to the ledger.
public sealed interface CheckedTransaction {
  /// An endorser transaction that is valid as far as reads don't conflict, which the ledger finds.
  record Endorsed(TxRwSet rwSet) implements CheckedTransaction {}

  /// A valid configuration transaction.
  ///
  /// @param configEnvelope the payload's data, a serialized `ConfigEnvelope`, which becomes the
  ///   channel's configuration in the world state
  record Configured(ByteString configEnvelope) implements CheckedTransaction {}

  /// A transaction with a final verdict other than valid.
  record Refused(TxValidationCode code) implements CheckedTransaction {
    public Refused {
      if (code == TxValidationCode.VALID) {
        throw new IllegalArgumentException("a refused transaction cannot be VALID");
      }
    }
  }
}
