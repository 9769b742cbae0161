package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.identity.Identity;
import io.denim.ledger.TxRwSet;
import io.denim.policy.SignedData;
import java.util.List;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// An envelope of a block, taken apart as far as it goes, its creator's signature checked.
sealed interface ParsedTransaction {
  /// A final verdict.
  record Refused(TxValidationCode code) implements ParsedTransaction {}

  /// A configuration that has still to be compared with the current one.
  ///
  /// @param data the serialized envelope as it came
  record Configuration(ByteString data, ConfigEnvelope envelope) implements ParsedTransaction {}

  /// An endorser transaction that is refused, for a reason which counts less than that its id was
  /// used before.
  record RefusedLate(String txId, TxValidationCode code) implements ParsedTransaction {}

  /// An endorser transaction whose endorsements have still to be compared with policies.
  ///
  /// @param chaincode the one that was invoked
  /// @param version of the chaincode, as its endorsers name it
  /// @param endorsements what the endorsers signed
  /// @param endorsers those whose signatures are good, each once
  record Endorsed(
      String txId,
      String chaincode,
      String version,
      TxRwSet rwSet,
      List<SignedData> endorsements,
      List<Identity> endorsers)
      implements ParsedTransaction {
    public Endorsed {
      endorsements = List.copyOf(endorsements);
      endorsers = List.copyOf(endorsers);
    }

    Endorsed by(List<Identity> those) {
      return new Endorsed(txId, chaincode, version, rwSet, endorsements, those);
    }
  }
}
