package io.denim.deliver;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Blocks;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.FilteredBlock;
import org.hyperledger.fabric.protos.peer.FilteredChaincodeAction;
import org.hyperledger.fabric.protos.peer.FilteredTransaction;
import org.hyperledger.fabric.protos.peer.FilteredTransactionActions;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// A block without its payloads: transaction ids, verdicts, and the names of chaincode events
/// (fabric v3.1.5 core/peer/deliverevents.go).
final class FilteredBlocks {
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
  private static final WireParser<ChaincodeAction> CHAINCODE_ACTION =
      WireParser.of(ChaincodeAction.getDefaultInstance());
  private static final WireParser<ChaincodeEvent> EVENT =
      WireParser.of(ChaincodeEvent.getDefaultInstance());

  private FilteredBlocks() {}

  /// @throws InvalidProtocolBufferException if a transaction cannot be taken apart
  static FilteredBlock of(Block block) throws InvalidProtocolBufferException {
    FilteredBlock.Builder filtered =
        FilteredBlock.newBuilder().setNumber(block.getHeader().getNumber());
    ByteString flags = Blocks.slot(block, BlockMetadataIndex.TRANSACTIONS_FILTER);
    for (int i = 0; i < block.getData().getDataCount(); i++) {
      add(filtered, block.getData().getData(i), code(flags, i));
    }
    return filtered.build();
  }

  private static TxValidationCode code(ByteString flags, int index) {
    TxValidationCode code =
        index < flags.size() ? TxValidationCode.forNumber(flags.byteAt(index) & 0xff) : null;
    return code == null ? TxValidationCode.INVALID_OTHER_REASON : code;
  }

  private static void add(FilteredBlock.Builder filtered, ByteString data, TxValidationCode code)
      throws InvalidProtocolBufferException {
    Envelope envelope;
    try {
      envelope = ENVELOPE.parse(data);
    } catch (InvalidProtocolBufferException e) {
      return; // not an envelope: it has no id to report a verdict of
    }
    Payload payload = PAYLOAD.parse(envelope.getPayload());
    if (!payload.hasHeader()) {
      return;
    }
    ChannelHeader header = CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader());
    filtered.setChannelId(header.getChannelId());
    FilteredTransaction.Builder transaction =
        FilteredTransaction.newBuilder()
            .setTxid(header.getTxId())
            .setTypeValue(header.getType())
            .setTxValidationCode(code);
    if (header.getType() == HeaderType.ENDORSER_TRANSACTION_VALUE) {
      transaction.setTransactionActions(actions(TRANSACTION.parse(payload.getData())));
    }
    filtered.addFilteredTransactions(transaction);
  }

  private static FilteredTransactionActions actions(Transaction transaction)
      throws InvalidProtocolBufferException {
    FilteredTransactionActions.Builder actions = FilteredTransactionActions.newBuilder();
    for (TransactionAction action : transaction.getActionsList()) {
      ChaincodeActionPayload payload = ACTION_PAYLOAD.parse(action.getPayload());
      if (!payload.hasAction()) {
        continue;
      }
      ProposalResponsePayload response =
          RESPONSE_PAYLOAD.parse(payload.getAction().getProposalResponsePayload());
      ChaincodeEvent event =
          EVENT.parse(CHAINCODE_ACTION.parse(response.getExtension()).getEvents());
      if (!event.getChaincodeId().isEmpty()) {
        actions.addChaincodeActions(
            FilteredChaincodeAction.newBuilder()
                .setChaincodeEvent(
                    ChaincodeEvent.newBuilder()
                        .setTxId(event.getTxId())
                        .setChaincodeId(event.getChaincodeId())
                        .setEventName(event.getEventName())));
      }
    }
    return actions.build();
  }
}
