package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;

/// Makes blocks of simulated transactions and commits them to a ledger.
final class TestChain {
  static final String CHANNEL = "testchannel";

  private final PeerLedger ledger;
  private int transactions;

  TestChain(PeerLedger ledger) {
    this.ledger = ledger;
    this.transactions = (int) ledger.height() * 1_000;
  }

  static Block genesis() {
    return Blocks.of(
        0,
        ByteString.EMPTY,
        List.of(
            envelope("", HeaderType.CONFIG, ConfigEnvelope.newBuilder().build().toByteString())));
  }

  /// Commits one block of these transactions.
  CommittedBlock commit(SimulationResults... simulated) throws InvalidProtocolBufferException {
    return ledger.commit(block(List.of(simulated), ledger.height(), lastHash()));
  }

  /// Commits several blocks together.
  List<CommittedBlock> commitGroup(List<List<SimulationResults>> blocks)
      throws InvalidProtocolBufferException {
    List<CommitBlock> group = new ArrayList<>();
    ByteString previous = lastHash();
    for (List<SimulationResults> simulated : blocks) {
      CommitBlock block = block(simulated, ledger.height() + group.size(), previous);
      previous = BlockHash.ofHeader(block.block().getHeader());
      group.add(block);
    }
    return ledger.commit(group);
  }

  private ByteString lastHash() {
    return ledger.info().getCurrentBlockHash();
  }

  private CommitBlock block(List<SimulationResults> simulated, long number, ByteString previous)
      throws InvalidProtocolBufferException {
    List<ByteString> envelopes = new ArrayList<>();
    List<CheckedTransaction> checked = new ArrayList<>();
    Map<Integer, TxPvtReadWriteSet> clear = new HashMap<>();
    for (SimulationResults results : simulated) {
      int tx = envelopes.size();
      results.privateReadWriteSet().ifPresent(set -> clear.put(tx, set));
      envelopes.add(endorsed("tx" + transactions++, results.publicReadWriteSet()));
      checked.add(new CheckedTransaction.Endorsed(TxRwSet.parse(results.publicReadWriteSet())));
    }
    return new CommitBlock(
        Blocks.of(number, previous, envelopes), checked, new BlockPrivateData(clear, List.of()));
  }

  private static ByteString endorsed(String txId, ByteString results) {
    ProposalResponsePayload response =
        ProposalResponsePayload.newBuilder()
            .setExtension(ChaincodeAction.newBuilder().setResults(results).build().toByteString())
            .build();
    ChaincodeActionPayload action =
        ChaincodeActionPayload.newBuilder()
            .setAction(
                ChaincodeEndorsedAction.newBuilder()
                    .setProposalResponsePayload(response.toByteString()))
            .build();
    return envelope(
        txId,
        HeaderType.ENDORSER_TRANSACTION,
        Transaction.newBuilder()
            .addActions(TransactionAction.newBuilder().setPayload(action.toByteString()))
            .build()
            .toByteString());
  }

  private static ByteString envelope(String txId, HeaderType type, ByteString data) {
    ChannelHeader header =
        ChannelHeader.newBuilder()
            .setType(type.getNumber())
            .setTxId(txId)
            .setChannelId(CHANNEL)
            .build();
    Payload payload =
        Payload.newBuilder()
            .setHeader(Header.newBuilder().setChannelHeader(header.toByteString()))
            .setData(data)
            .build();
    return Envelope.newBuilder().setPayload(payload.toByteString()).build().toByteString();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
