package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.TxRwSet;
import io.denim.policy.SignedData;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// The checks of what a transaction says a chaincode did (fabric v3.1.5
/// core/committer/txvalidator/v20/plugindispatcher/dispatcher.go). Pure; safe for use by any
/// thread.
final class ActionChecks {
  private static final WireParser<ChaincodeHeaderExtension> EXTENSION =
      WireParser.of(ChaincodeHeaderExtension.getDefaultInstance());
  private static final WireParser<ChaincodeAction> ACTION =
      WireParser.of(ChaincodeAction.getDefaultInstance());
  private static final WireParser<ChaincodeEvent> EVENT =
      WireParser.of(ChaincodeEvent.getDefaultInstance());

  private ActionChecks() {}

  /// Checks a transaction whose headers, creator and proposal hash are in order.
  static CheckedEnvelope check(
      ChannelHeader header, ChaincodeEndorsedAction endorsed, ProposalResponsePayload response) {
    String txId = header.getTxId();
    ChaincodeHeaderExtension extension;
    try {
      extension = EXTENSION.parse(header.getExtension());
    } catch (InvalidProtocolBufferException e) {
      return refused(txId, TxValidationCode.BAD_HEADER_EXTENSION);
    }
    ChaincodeAction action;
    try {
      action = ACTION.parse(response.getExtension());
    } catch (InvalidProtocolBufferException e) {
      return refused(txId, TxValidationCode.BAD_RESPONSE_PAYLOAD);
    }
    if (endorsed.getProposalResponsePayload().isEmpty() || response.getExtension().isEmpty()) {
      return refused(txId, TxValidationCode.BAD_RESPONSE_PAYLOAD);
    }
    TxRwSet rwSet;
    try {
      rwSet = TxRwSet.parse(action.getResults());
    } catch (InvalidProtocolBufferException e) {
      return refused(txId, TxValidationCode.BAD_RWSET);
    }
    TxValidationCode problem = problem(extension, action);
    if (problem != TxValidationCode.VALID) {
      return refused(txId, problem);
    }
    Set<String> written = new TreeSet<>();
    written.add(action.getChaincodeId().getName());
    if (!addWritten(rwSet, written)) {
      return refused(txId, TxValidationCode.ILLEGAL_WRITESET);
    }
    return new CheckedEnvelope.Endorsed(txId, signedBy(endorsed), rwSet, written);
  }

  private static TxValidationCode problem(
      ChaincodeHeaderExtension extension, ChaincodeAction action) {
    if (!extension.hasChaincodeId() || !action.hasChaincodeId()) {
      return TxValidationCode.INVALID_OTHER_REASON;
    }
    String chaincode = extension.getChaincodeId().getName();
    if (chaincode.isEmpty()
        || !chaincode.equals(action.getChaincodeId().getName())
        || action.getChaincodeId().getVersion().isEmpty()) {
      return TxValidationCode.INVALID_CHAINCODE;
    }
    if (!action.getEvents().isEmpty()) {
      try {
        if (!EVENT.parse(action.getEvents()).getChaincodeId().equals(chaincode)) {
          return TxValidationCode.INVALID_OTHER_REASON;
        }
      } catch (InvalidProtocolBufferException e) {
        return TxValidationCode.INVALID_OTHER_REASON;
      }
    }
    return TxValidationCode.VALID;
  }

  /// @return false if a namespace appears twice
  private static boolean addWritten(TxRwSet rwSet, Set<String> written) {
    Set<String> seen = new HashSet<>();
    for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
      if (!seen.add(namespace.namespace())) {
        return false;
      }
      if (writes(namespace)) {
        written.add(namespace.namespace());
      }
    }
    return true;
  }

  private static boolean writes(TxRwSet.NsRwSet namespace) {
    if (namespace.kvRwSet().getWritesCount() > 0
        || namespace.kvRwSet().getMetadataWritesCount() > 0) {
      return true;
    }
    for (TxRwSet.CollHashedRwSet collection : namespace.collections()) {
      if (collection.hashedRwSet().getHashedWritesCount() > 0
          || collection.hashedRwSet().getMetadataWritesCount() > 0) {
        return true;
      }
    }
    return false;
  }

  private static List<SignedData> signedBy(ChaincodeEndorsedAction endorsed) {
    ByteString payload = endorsed.getProposalResponsePayload();
    List<SignedData> signatures = new ArrayList<>(endorsed.getEndorsementsCount());
    for (Endorsement endorsement : endorsed.getEndorsementsList()) {
      signatures.add(
          new SignedData(
              payload.concat(endorsement.getEndorser()),
              endorsement.getEndorser(),
              endorsement.getSignature()));
    }
    return signatures;
  }

  private static CheckedEnvelope refused(String txId, TxValidationCode code) {
    return new CheckedEnvelope.RefusedUnlessRepeated(txId, code);
  }
}
