package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.wire.WireParser;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.queryresult.KeyModification;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;

/// A valid transaction as it is found in a stored block, when databases are built anew or a key's
/// history is read.
///
/// @param checked what the transaction does to the state
record StoredTransaction(ChannelHeader channelHeader, CheckedTransaction checked) {
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<Transaction> TRANSACTION =
      WireParser.of(Transaction.getDefaultInstance());
  private static final WireParser<ChaincodeActionPayload> ACTION_PAYLOAD =
      WireParser.of(ChaincodeActionPayload.getDefaultInstance());
  private static final WireParser<ProposalResponsePayload> RESPONSE_PAYLOAD =
      WireParser.of(ProposalResponsePayload.getDefaultInstance());
  private static final WireParser<ChaincodeAction> ACTION =
      WireParser.of(ChaincodeAction.getDefaultInstance());

  /// @return empty if the envelope cannot be read as an endorser or configuration transaction
  static Optional<StoredTransaction> parse(ByteString envelope) {
    try {
      Payload payload = PAYLOAD.parse(ENVELOPE.parse(envelope).getPayload());
      ChannelHeader header = CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader());
      if (header.getType() == HeaderType.CONFIG.getNumber()) {
        return Optional.of(
            new StoredTransaction(header, new CheckedTransaction.Configured(payload.getData())));
      }
      if (header.getType() != HeaderType.ENDORSER_TRANSACTION.getNumber()) {
        return Optional.empty();
      }
      Transaction transaction = TRANSACTION.parse(payload.getData());
      if (transaction.getActionsCount() == 0) {
        return Optional.empty();
      }
      ChaincodeActionPayload action = ACTION_PAYLOAD.parse(transaction.getActions(0).getPayload());
      ProposalResponsePayload response =
          RESPONSE_PAYLOAD.parse(action.getAction().getProposalResponsePayload());
      TxRwSet rwSet = TxRwSet.parse(ACTION.parse(response.getExtension()).getResults());
      return Optional.of(new StoredTransaction(header, new CheckedTransaction.Endorsed(rwSet)));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// What the transaction did to a key, if it wrote it.
  Optional<KeyModification> modification(String namespace, ByteString key) {
    if (!(checked instanceof CheckedTransaction.Endorsed endorsed)) {
      return Optional.empty();
    }
    for (NsRwSet set : endorsed.rwSet().namespaces()) {
      if (!set.namespace().equals(namespace)) {
        continue;
      }
      for (KVWrite write : set.kvRwSet().getWritesList()) {
        if (write.getKeyBytes().equals(key)) {
          return Optional.of(modification(write));
        }
      }
      return Optional.empty();
    }
    return Optional.empty();
  }

  private KeyModification modification(KVWrite write) {
    KeyModification.Builder modification =
        KeyModification.newBuilder()
            .setTxId(channelHeader.getTxId())
            .setValue(write.getValue())
            .setIsDelete(WriteSets.isDelete(write));
    if (channelHeader.hasTimestamp()) {
      modification.setTimestamp(channelHeader.getTimestamp());
    }
    return modification.build();
  }
}
