package io.denim.cli.ledgerutil;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.ledger.LedgerException;
import io.denim.ledger.StoredBlocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionHashedReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Finds the transactions that wrote given keys in a peer's blocks (fabric v3.1.5
/// internal/ledgerutil/identifytxs). Used by one thread.
final class TransactionSearch {
  private final WantedKeys wanted;

  private TransactionSearch(WantedKeys wanted) {
    this.wanted = wanted;
  }

  /// The blocks that were looked at.
  record Range(long first, long last) {}

  /// @param differences what `compare` wrote, or a list of namespaces and keys in its form
  /// @throws ClientException if something cannot be read or written
  static Range search(Path differences, Path peer, Path output) throws ClientException {
    try {
      if (!Files.isRegularFile(differences)) {
        throw new IOException("open " + differences + ": no such file or directory");
      }
      JsonNode list = new ObjectMapper().readTree(Files.readAllBytes(differences));
      if (list.path("diffRecords").isEmpty()) {
        throw new IOException(
            "no records were read. JSON record list is either empty or not properly formatted."
                + " Aborting identifytxs");
      }
      String channel = list.path("ledgerid").asText();
      Path results =
          ResultFolder.create(
              output, channel + "_identified_transactions", output.toString(), "identifytxs");
      try (WantedKeys wanted = WantedKeys.of(list.path("diffRecords"), results)) {
        Path blocks = ResultFolder.chains(peer, "identifytxs").resolve(channel);
        if (!Files.isDirectory(blocks)) {
          throw new IOException(
              "BlockStore for " + channel + " does not exist. Aborting identifytxs");
        }
        return new TransactionSearch(wanted).run(blocks);
      }
    } catch (IOException | LedgerException e) {
      throw new ClientException("Ledger Identify Transactions Error: " + e.getMessage(), e);
    }
  }

  private Range run(Path blocks) throws IOException {
    long available = -1;
    long first = -1;
    try (StoredBlocks all = StoredBlocks.open(blocks)) {
      for (Optional<Block> next = all.next(); next.isPresent(); next = all.next()) {
        available = next.get().getHeader().getNumber();
        first = first < 0 ? Math.max(1, available) : first;
      }
    }
    first = Math.max(1, first);
    boolean inside = Long.compareUnsigned(wanted.lastBlock(), available) <= 0;
    long last = inside ? wanted.lastBlock() : available;
    long transaction = 0;
    long block = first;
    try (StoredBlocks all = StoredBlocks.open(blocks)) {
      for (Optional<Block> next = all.next(); next.isPresent(); next = all.next()) {
        block = next.get().getHeader().getNumber();
        if (block < first || block > last) {
          block = Math.min(block, last);
          continue;
        }
        for (int i = 0; i < next.get().getData().getDataCount(); i++) {
          transaction = i;
          if (look(next.get(), i)) {
            return new Range(first, block);
          }
          if (inside && block == last && i == wanted.lastTransaction()) {
            wanted.closeAll(block, i, available);
            return new Range(first, last);
          }
        }
      }
    }
    wanted.closeAll(block, transaction, available);
    return new Range(first, last);
  }

  /// @return whether nothing is wanted any more
  private boolean look(Block block, int index) throws InvalidProtocolBufferException {
    Payload payload =
        Payload.parseFrom(Envelope.parseFrom(block.getData().getData(index)).getPayload());
    ChannelHeader header = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader());
    if (header.getType() != HeaderType.ENDORSER_TRANSACTION.getNumber()) {
      return false;
    }
    long number = block.getHeader().getNumber();
    WantedKeys.Place place =
        new WantedKeys.Place(header.getTxId(), number, index, verdict(block, index));
    TxReadWriteSet writes = TxReadWriteSet.parseFrom(action(payload.getData()).getResults());
    for (NsReadWriteSet namespace : writes.getNsRwsetList()) {
      for (KVWrite write : KVRWSet.parseFrom(namespace.getRwset()).getWritesList()) {
        if (wanted.found(
            new WantedKeys.Key(namespace.getNamespace(), "", write.getKey()),
            place,
            write.getValue().toStringUtf8())) {
          return true;
        }
      }
      for (CollectionHashedReadWriteSet collection : namespace.getCollectionHashedRwsetList()) {
        for (KVWriteHash write :
            HashedRWSet.parseFrom(collection.getHashedRwset()).getHashedWritesList()) {
          String hash = HexFormat.of().formatHex(write.getKeyHash().toByteArray());
          if (wanted.found(
              new WantedKeys.Key(namespace.getNamespace(), collection.getCollectionName(), hash),
              place,
              HexFormat.of().formatHex(write.getValueHash().toByteArray()))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static ChaincodeAction action(ByteString transaction)
      throws InvalidProtocolBufferException {
    Transaction parsed = Transaction.parseFrom(transaction);
    if (parsed.getActionsCount() == 0) {
      return ChaincodeAction.getDefaultInstance();
    }
    ByteString response =
        ChaincodeActionPayload.parseFrom(parsed.getActions(0).getPayload())
            .getAction()
            .getProposalResponsePayload();
    return ChaincodeAction.parseFrom(ProposalResponsePayload.parseFrom(response).getExtension());
  }

  private static String verdict(Block block, int index) {
    int slot = BlockMetadataIndex.TRANSACTIONS_FILTER_VALUE;
    if (block.getMetadata().getMetadataCount() <= slot
        || block.getMetadata().getMetadata(slot).size() <= index) {
      return TxValidationCode.NOT_VALIDATED.name();
    }
    int code = block.getMetadata().getMetadata(slot).byteAt(index) & 0xff;
    TxValidationCode known = TxValidationCode.forNumber(code);
    return known == null ? Integer.toString(code) : known.name();
  }
}
