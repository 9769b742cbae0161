package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.ledger.TxRwSet;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.Set;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// An envelope of a block after the checks that need no ledger.
sealed interface CheckedEnvelope {
  /// It is not valid, whatever the ledger holds.
  record Refused(TxValidationCode code) implements CheckedEnvelope {}

  /// It is not valid either, but if its id was used before, that is what counts.
  record RefusedUnlessRepeated(String txId, TxValidationCode code) implements CheckedEnvelope {}

  /// A configuration; whether it may follow the present one is not checked yet.
  ///
  /// @param configEnvelope serialized
  record Configuration(ByteString configEnvelope) implements CheckedEnvelope {}

  /// A well-formed transaction whose policies are to be checked.
  ///
  /// @param endorsements what each endorser signed
  /// @param namespaces those that are written, the called chaincode's always among them
  record Endorsed(String txId, List<SignedData> endorsements, TxRwSet rwSet, Set<String> namespaces)
      implements CheckedEnvelope {
    public Endorsed {
      endorsements = List.copyOf(endorsements);
    }
  }
}
