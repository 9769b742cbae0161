package io.denim.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// The chaincode events of a block's valid transactions, in their order. Stateless.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/event.
final class BlockEvents {
  private BlockEvents() {}

  static List<ChaincodeEvent> of(Block block) {
    ByteString codes = Blocks.slot(block, BlockMetadataIndex.TRANSACTIONS_FILTER);
    List<ChaincodeEvent> events = new ArrayList<>();
    List<ByteString> envelopes = block.getData().getDataList();
    for (int i = 0; i < envelopes.size(); i++) {
      if (i < codes.size() && codes.byteAt(i) == TxValidationCode.VALID_VALUE) {
        add(envelopes.get(i), events);
      }
    }
    return events;
  }

  private static void add(ByteString envelope, List<ChaincodeEvent> events) {
    try {
      Payload payload = Payload.parseFrom(Envelope.parseFrom(envelope).getPayload());
      ChannelHeader header = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader());
      if (header.getType() != HeaderType.ENDORSER_TRANSACTION_VALUE) {
        return;
      }
      for (TransactionAction action : Transaction.parseFrom(payload.getData()).getActionsList()) {
        event(action).ifPresent(events::add);
      }
    } catch (InvalidProtocolBufferException e) {
      return; // a valid transaction parses
    }
  }

  private static Optional<ChaincodeEvent> event(TransactionAction action)
      throws InvalidProtocolBufferException {
    ChaincodeActionPayload payload = ChaincodeActionPayload.parseFrom(action.getPayload());
    ProposalResponsePayload response =
        ProposalResponsePayload.parseFrom(payload.getAction().getProposalResponsePayload());
    ByteString bytes = ChaincodeAction.parseFrom(response.getExtension()).getEvents();
    ChaincodeEvent event = ChaincodeEvent.parseFrom(bytes);
    boolean whole =
        !event.getChaincodeId().isEmpty()
            && !event.getEventName().isEmpty()
            && !event.getTxId().isEmpty();
    return whole ? Optional.of(event) : Optional.empty();
  }
}
