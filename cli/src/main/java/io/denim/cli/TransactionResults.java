package io.denim.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;

/// What a chaincode answered, as a transaction carries it.
final class TransactionResults {
  private TransactionResults() {}

  /// @throws ClientException if the transaction cannot be taken apart
  static ByteString of(Envelope transaction) throws ClientException {
    try {
      Payload payload = Payload.parseFrom(transaction.getPayload());
      ChaincodeActionPayload action =
          ChaincodeActionPayload.parseFrom(
              Transaction.parseFrom(payload.getData()).getActions(0).getPayload());
      ProposalResponsePayload response =
          ProposalResponsePayload.parseFrom(action.getAction().getProposalResponsePayload());
      return ChaincodeAction.parseFrom(response.getExtension()).getResponse().getPayload();
    } catch (InvalidProtocolBufferException | IndexOutOfBoundsException e) {
      throw new ClientException("the gateway prepared a malformed transaction", e);
    }
  }
}
