package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.TxRwSet;
import io.denim.ledger.TxRwSet.NsRwSet;
import io.denim.policy.SignedData;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Takes apart what a chaincode did, once the transaction around it is in order (fabric v3.1.5
/// core/committer/txvalidator/v20/plugindispatcher/dispatcher.go). Bytes that are there but empty
/// count as absent: Go's proto3 parser makes both nil.
final class ActionParser {
  private static final WireParser<ChaincodeHeaderExtension> EXTENSION =
      WireParser.of(ChaincodeHeaderExtension.getDefaultInstance());
  private static final WireParser<ChaincodeAction> ACTION =
      WireParser.of(ChaincodeAction.getDefaultInstance());
  private static final WireParser<ChaincodeEvent> EVENT =
      WireParser.of(ChaincodeEvent.getDefaultInstance());

  private ActionParser() {}

  static ParsedTransaction parse(
      String txId,
      ChannelHeader header,
      ChaincodeActionPayload payload,
      ProposalResponsePayload response) {
    ChaincodeHeaderExtension extension;
    try {
      extension = EXTENSION.parse(header.getExtension());
    } catch (InvalidProtocolBufferException e) {
      return new ParsedTransaction.RefusedLate(txId, TxValidationCode.BAD_HEADER_EXTENSION);
    }
    ChaincodeAction action;
    try {
      if (response.getExtension().isEmpty()) {
        return new ParsedTransaction.RefusedLate(txId, TxValidationCode.BAD_RESPONSE_PAYLOAD);
      }
      action = ACTION.parse(response.getExtension());
    } catch (InvalidProtocolBufferException e) {
      return new ParsedTransaction.RefusedLate(txId, TxValidationCode.BAD_RESPONSE_PAYLOAD);
    }
    TxRwSet rwSet;
    try {
      rwSet = TxRwSet.parse(action.getResults());
    } catch (InvalidProtocolBufferException e) {
      return new ParsedTransaction.RefusedLate(txId, TxValidationCode.BAD_RWSET);
    }
    TxValidationCode code = check(extension, action, rwSet);
    return code == TxValidationCode.VALID
        ? new ParsedTransaction.Endorsed(
            txId,
            extension.getChaincodeId().getName(),
            action.getChaincodeId().getVersion(),
            rwSet,
            endorsements(payload),
            List.of())
        : new ParsedTransaction.RefusedLate(txId, code);
  }

  private static TxValidationCode check(
      ChaincodeHeaderExtension extension, ChaincodeAction action, TxRwSet rwSet) {
    if (!extension.hasChaincodeId() || !action.hasChaincodeId()) {
      return TxValidationCode.INVALID_OTHER_REASON;
    }
    String chaincode = extension.getChaincodeId().getName();
    if (chaincode.isEmpty()
        || !chaincode.equals(action.getChaincodeId().getName())
        || action.getChaincodeId().getVersion().isEmpty()) {
      return TxValidationCode.INVALID_CHAINCODE;
    }
    if (!isEventOf(chaincode, action)) {
      return TxValidationCode.INVALID_OTHER_REASON;
    }
    Set<String> namespaces = new HashSet<>();
    for (NsRwSet namespace : rwSet.namespaces()) {
      if (!namespaces.add(namespace.namespace())) {
        return TxValidationCode.ILLEGAL_WRITESET;
      }
    }
    return TxValidationCode.VALID;
  }

  private static boolean isEventOf(String chaincode, ChaincodeAction action) {
    if (action.getEvents().isEmpty()) {
      return true;
    }
    try {
      return EVENT.parse(action.getEvents()).getChaincodeId().equals(chaincode);
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static List<SignedData> endorsements(ChaincodeActionPayload payload) {
    ByteString response = payload.getAction().getProposalResponsePayload();
    List<SignedData> signed = new ArrayList<>(payload.getAction().getEndorsementsCount());
    for (Endorsement endorsement : payload.getAction().getEndorsementsList()) {
      signed.add(
          new SignedData(
              response.concat(endorsement.getEndorser()),
              endorsement.getEndorser(),
              endorsement.getSignature()));
    }
    return signed;
  }
}
