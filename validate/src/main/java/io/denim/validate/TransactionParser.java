package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.SignatureBatch;
import io.denim.policy.SignedData;
import io.denim.wire.Sha256;
import io.denim.wire.TransactionId;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// Takes an envelope apart and checks what can be checked without the world state, in Fabric's
/// order, which decides the verdict where several things are wrong (fabric v3.1.5
/// core/common/validation/msgvalidation.go). Signatures are collected, to be verified together;
/// what comes after the creator's in that order is looked at as if it were good. Immutable; safe
/// for use by any thread.
///
/// Where a Fabric peer panics or depends on its own keys, the verdict is that of the step: an
/// action without endorsements is INVALID_ENDORSER_TRANSACTION, a configuration that does not parse
/// is INVALID_CONFIG_TRANSACTION, and a transaction for any channel but this one, none included,
/// has no known creator: BAD_CREATOR_SIGNATURE.
final class TransactionParser {
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());
  private static final WireParser<ConfigEnvelope> CONFIG_ENVELOPE =
      WireParser.of(ConfigEnvelope.getDefaultInstance());
  private static final WireParser<Transaction> TRANSACTION =
      WireParser.of(Transaction.getDefaultInstance());
  private static final WireParser<ChaincodeActionPayload> ACTION_PAYLOAD =
      WireParser.of(ChaincodeActionPayload.getDefaultInstance());
  private static final WireParser<ProposalResponsePayload> RESPONSE_PAYLOAD =
      WireParser.of(ProposalResponsePayload.getDefaultInstance());

  private final ChannelConfig config;

  TransactionParser(ChannelConfig config) {
    this.config = config;
  }

  /// Takes an envelope apart.
  ///
  /// @param signatures takes the signatures that are to be verified
  OpenedTransaction parse(ByteString bytes, SignatureBatch signatures) {
    Envelope envelope;
    try {
      envelope = ENVELOPE.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      return settled(TxValidationCode.INVALID_OTHER_REASON);
    }
    Payload payload;
    try {
      payload = PAYLOAD.parse(envelope.getPayload());
    } catch (InvalidProtocolBufferException e) {
      return settled(TxValidationCode.BAD_PAYLOAD);
    }
    ChannelHeader channelHeader;
    SignatureHeader signatureHeader;
    try {
      channelHeader = CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader());
      signatureHeader = SIGNATURE_HEADER.parse(payload.getHeader().getSignatureHeader());
    } catch (InvalidProtocolBufferException e) {
      return settled(TxValidationCode.BAD_COMMON_HEADER);
    }
    if (!payload.hasHeader()
        || !isKnownType(channelHeader.getType())
        || channelHeader.getEpoch() != 0
        || isIncomplete(signatureHeader)) {
      return settled(TxValidationCode.BAD_COMMON_HEADER);
    }
    if (!channelHeader.getChannelId().equals(config.channelId())) {
      return settled(TxValidationCode.BAD_CREATOR_SIGNATURE);
    }
    return switch (config.msps().identity(signatureHeader.getCreator())) {
      case IdentityOutcome.Refused refused -> settled(TxValidationCode.BAD_CREATOR_SIGNATURE);
      case IdentityOutcome.Accepted(var creator) -> {
        int number = signatures.add(creator, envelope.getPayload(), envelope.getSignature());
        ParsedTransaction content = content(payload, channelHeader, signatureHeader);
        yield new OpenedTransaction(
            content,
            Optional.of(channelHeader.getTxId()).filter(txId -> !txId.isEmpty()),
            OptionalInt.of(number),
            content instanceof ParsedTransaction.Endorsed endorsed
                ? claims(endorsed.endorsements(), signatures)
                : List.of());
      }
    };
  }

  private List<EndorserClaim> claims(List<SignedData> endorsements, SignatureBatch signatures) {
    List<EndorserClaim> claims = new ArrayList<>(endorsements.size());
    for (SignedData signed : endorsements) {
      if (config.msps().deserialize(signed.identity())
          instanceof IdentityOutcome.Accepted(var endorser)) {
        int number = signatures.add(endorser, signed.data(), signed.signature());
        claims.add(new EndorserClaim(endorser, number));
      }
    }
    return claims;
  }

  private static ParsedTransaction content(
      Payload payload, ChannelHeader channelHeader, SignatureHeader signatureHeader) {
    return switch (HeaderType.forNumber(channelHeader.getType())) {
      case ENDORSER_TRANSACTION -> endorsed(payload, channelHeader, signatureHeader);
      case CONFIG -> configuration(payload);
      case null, default -> refused(TxValidationCode.UNSUPPORTED_TX_PAYLOAD);
    };
  }

  private static OpenedTransaction settled(TxValidationCode code) {
    return new OpenedTransaction(refused(code), Optional.empty(), OptionalInt.empty(), List.of());
  }

  /// An identity that is said to have endorsed, and the number of its signature.
  record EndorserClaim(Identity endorser, int signature) {}

  /// A transaction whose signatures are not verified yet.
  ///
  /// @param ifSigned what it is if its creator's signature is good
  /// @param txId under which the ledger keeps it; absent where only its bytes can tell
  /// @param creatorSignature its number; absent if nothing depends on it
  record OpenedTransaction(
      ParsedTransaction ifSigned,
      Optional<String> txId,
      OptionalInt creatorSignature,
      List<EndorserClaim> claims) {
    /// @param signatures verified
    ParsedTransaction settle(SignatureBatch signatures) {
      if (creatorSignature.isPresent() && !signatures.isGood(creatorSignature.getAsInt())) {
        return refused(TxValidationCode.BAD_CREATOR_SIGNATURE);
      }
      return ifSigned instanceof ParsedTransaction.Endorsed endorsed
          ? endorsed.by(endorsers(signatures))
          : ifSigned;
    }

    /// Of an identity's signatures the first good one counts, in whatever spelling it comes (fabric
    /// v3.1.5 common/policies/policy.go SignatureSetToValidIdentities).
    private List<Identity> endorsers(SignatureBatch signatures) {
      List<Identity> endorsers = new ArrayList<>(claims.size());
      Set<String> counted = new HashSet<>();
      for (EndorserClaim claim : claims) {
        if (signatures.isGood(claim.signature()) && counted.add(claim.endorser().id())) {
          endorsers.add(claim.endorser());
        }
      }
      return endorsers;
    }
  }

  private static ParsedTransaction refused(TxValidationCode code) {
    return new ParsedTransaction.Refused(code);
  }

  private static boolean isKnownType(int type) {
    return type == HeaderType.ENDORSER_TRANSACTION_VALUE
        || type == HeaderType.CONFIG_UPDATE_VALUE
        || type == HeaderType.CONFIG_VALUE;
  }

  private static boolean isIncomplete(SignatureHeader header) {
    return header.getNonce().isEmpty() || header.getCreator().isEmpty();
  }

  private static ParsedTransaction configuration(Payload payload) {
    try {
      return payload.getData().isEmpty()
          ? refused(TxValidationCode.INVALID_CONFIG_TRANSACTION)
          : new ParsedTransaction.Configuration(
              payload.getData(), CONFIG_ENVELOPE.parse(payload.getData()));
    } catch (InvalidProtocolBufferException e) {
      return refused(TxValidationCode.INVALID_CONFIG_TRANSACTION);
    }
  }

  private static ParsedTransaction endorsed(
      Payload payload, ChannelHeader channelHeader, SignatureHeader signatureHeader) {
    String txId = TransactionId.of(signatureHeader.getNonce(), signatureHeader.getCreator());
    if (!txId.equals(channelHeader.getTxId())) {
      return refused(TxValidationCode.BAD_PROPOSAL_TXID);
    }
    try {
      Transaction transaction = TRANSACTION.parse(payload.getData());
      if (transaction.getActionsCount() != 1) {
        return refused(TxValidationCode.INVALID_ENDORSER_TRANSACTION);
      }
      TransactionAction action = transaction.getActions(0);
      if (isIncomplete(SIGNATURE_HEADER.parse(action.getHeader()))) {
        return refused(TxValidationCode.INVALID_ENDORSER_TRANSACTION);
      }
      ChaincodeActionPayload actionPayload = ACTION_PAYLOAD.parse(action.getPayload());
      if (!actionPayload.hasAction()) {
        return refused(TxValidationCode.INVALID_ENDORSER_TRANSACTION);
      }
      ProposalResponsePayload response =
          RESPONSE_PAYLOAD.parse(actionPayload.getAction().getProposalResponsePayload());
      if (!isOverProposal(payload.getHeader(), action, actionPayload, response)) {
        return refused(TxValidationCode.INVALID_ENDORSER_TRANSACTION);
      }
      return ActionParser.parse(txId, channelHeader, actionPayload, response);
    } catch (InvalidProtocolBufferException e) {
      return refused(TxValidationCode.INVALID_ENDORSER_TRANSACTION);
    }
  }

  private static boolean isOverProposal(
      Header header,
      TransactionAction action,
      ChaincodeActionPayload payload,
      ProposalResponsePayload response) {
    ByteString proposal = payload.getChaincodeProposalPayload();
    return !proposal.isEmpty()
        && Sha256.of(header.getChannelHeader(), action.getHeader(), proposal)
            .equals(response.getProposalHash());
  }
}
