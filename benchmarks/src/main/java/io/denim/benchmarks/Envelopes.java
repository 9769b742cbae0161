package io.denim.benchmarks;

import com.google.protobuf.ByteString;
import io.denim.wire.Blocks;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;

/// Envelopes as the ledger reads them, unsigned.
final class Envelopes {
  private Envelopes() {}

  static Block genesis() {
    ByteString config =
        envelope("", HeaderType.CONFIG, ConfigEnvelope.getDefaultInstance().toByteString());
    return Blocks.of(0, ByteString.EMPTY, List.of(config));
  }

  /// @param results a serialized `TxReadWriteSet`
  static ByteString endorsed(String txId, ByteString results) {
    ChaincodeAction action = ChaincodeAction.newBuilder().setResults(results).build();
    ProposalResponsePayload response =
        ProposalResponsePayload.newBuilder().setExtension(action.toByteString()).build();
    ChaincodeActionPayload payload =
        ChaincodeActionPayload.newBuilder()
            .setAction(
                ChaincodeEndorsedAction.newBuilder()
                    .setProposalResponsePayload(response.toByteString()))
            .build();
    Transaction transaction =
        Transaction.newBuilder()
            .addActions(TransactionAction.newBuilder().setPayload(payload.toByteString()))
            .build();
    return envelope(txId, HeaderType.ENDORSER_TRANSACTION, transaction.toByteString());
  }

  private static ByteString envelope(String txId, HeaderType type, ByteString data) {
    ChannelHeader header =
        ChannelHeader.newBuilder()
            .setType(type.getNumber())
            .setTxId(txId)
            .setChannelId("benchmark")
            .build();
    Payload payload =
        Payload.newBuilder()
            .setHeader(Header.newBuilder().setChannelHeader(header.toByteString()))
            .setData(data)
            .build();
    return Envelope.newBuilder().setPayload(payload.toByteString()).build().toByteString();
  }
}
