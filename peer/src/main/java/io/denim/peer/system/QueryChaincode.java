package io.denim.peer.system;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.denim.chaincode.SystemChaincode;
import io.denim.ledger.LedgerException;
import io.denim.ledger.PeerLedger;
import java.util.HexFormat;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.Response;

/// `qscc`: blocks and transactions of a channel (fabric v3.1.5 core/scc/qscc/query.go).
public final class QueryChaincode implements SystemChaincode {
  private final SystemChannels channels;

  public QueryChaincode(SystemChannels channels) {
    this.channels = channels;
  }

  @Override
  public String name() {
    return "qscc";
  }

  @Override
  public Response invoke(Call call) {
    int count = call.arguments().size();
    if (count < 2) {
      return SystemChaincode.error("Incorrect number of arguments, " + count);
    }
    String function = call.arguments().get(0).toStringUtf8();
    String channelId = call.arguments().get(1).toStringUtf8();
    Optional<String> refusal =
        InvokedChaincode.refusal(
            name(), " because of potential for deadlocks", call.signedProposal());
    if (refusal.isPresent()) {
      return SystemChaincode.error(refusal.get());
    }
    if (!function.equals("GetChainInfo") && count < 3) {
      return SystemChaincode.error("missing 3rd argument for " + function);
    }
    Optional<PeerLedger> ledger = channels.ledger(channelId);
    if (ledger.isEmpty()) {
      return SystemChaincode.error("Invalid chain ID, " + channelId);
    }
    refusal = channels.accessRefusal(name() + "/" + function, channelId, call.signedProposal());
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "access denied for [" + function + "][" + channelId + "]: [" + refusal.get() + "]");
    }
    ByteString argument = count < 3 ? ByteString.EMPTY : call.arguments().get(2);
    try {
      return answer(ledger.get(), function, argument);
    } catch (LedgerException e) {
      return SystemChaincode.error("Failed to read the ledger: " + e.getMessage());
    }
  }

  private static Response answer(PeerLedger ledger, String function, ByteString argument) {
    return switch (function) {
      case "GetChainInfo" -> SystemChaincode.success(ledger.info().toByteString());
      case "GetBlockByNumber" -> blockByNumber(ledger, argument.toStringUtf8());
      case "GetBlockByHash" ->
          found(
              ledger.blockByHash(argument),
              "Failed to get block hash "
                  + argument.toStringUtf8()
                  + ", error no such block hash ["
                  + HexFormat.of().formatHex(argument.toByteArray())
                  + "] in index");
      case "GetTransactionByID" -> {
        String txId = argument.toStringUtf8();
        yield found(
            ledger.transactionById(txId),
            "Failed to get transaction with id "
                + txId
                + ", error no such transaction ID ["
                + txId
                + "] in index");
      }
      case "GetBlockByTxID" -> {
        String txId = argument.toStringUtf8();
        yield found(
            ledger.blockByTxId(txId),
            "Failed to get block for txID "
                + txId
                + ", error no such transaction ID ["
                + txId
                + "] in index");
      }
      default -> SystemChaincode.error("Requested function " + function + " not found.");
    };
  }

  private static Response blockByNumber(PeerLedger ledger, String text) {
    long number;
    try {
      number = Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      return SystemChaincode.error(
          "Failed to parse block number with error strconv.ParseUint: parsing \""
              + text
              + "\": invalid syntax");
    }
    String decimal = Long.toUnsignedString(number);
    return found(
        ledger.blockByNumber(number),
        "Failed to get block number "
            + decimal
            + ", error no such block number ["
            + decimal
            + "] in index");
  }

  private static Response found(Optional<? extends MessageLite> answer, String missing) {
    return answer.isPresent()
        ? SystemChaincode.success(answer.get().toByteString())
        : SystemChaincode.error(missing);
  }
}
