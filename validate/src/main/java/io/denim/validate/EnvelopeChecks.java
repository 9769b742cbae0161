package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.wire.Sha256;
import io.denim.wire.TransactionId;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
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

/// The checks of an envelope's form and of its creator's signature (fabric v3.1.5
/// core/common/validation/msgvalidation.go); what comes after them is {@link ActionChecks}. Pure;
/// safe for use by any thread.
///
/// Where a Fabric peer stops for good, the envelope is refused instead: an action without an
/// endorsed action, and a header without a channel, which a Fabric peer would ask its own MSP
/// about.
final class EnvelopeChecks {
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());
  private static final WireParser<Transaction> TRANSACTION =
      WireParser.of(Transaction.getDefaultInstance());
  private static final WireParser<ChaincodeActionPayload> ACTION_PAYLOAD =
      WireParser.of(ChaincodeActionPayload.getDefaultInstance());
  private static final WireParser<ProposalResponsePayload> RESPONSE_PAYLOAD =
      WireParser.of(ProposalResponsePayload.getDefaultInstance());

  private EnvelopeChecks() {}

  /// An envelope's headers.
  private record Headers(ChannelHeader channel, SignatureHeader signature) {}

  /// Checks one envelope of a block.
  ///
  /// @param bytes a serialized `Envelope`
  static CheckedEnvelope check(ByteString bytes, ChannelConfig config) {
    try {
      Envelope envelope = parse(ENVELOPE, bytes, TxValidationCode.INVALID_OTHER_REASON);
      Payload payload = parse(PAYLOAD, envelope.getPayload(), TxValidationCode.BAD_PAYLOAD);
      Headers headers = headers(payload);
      checkCreator(envelope, headers, config);
      return switch (headers.channel().getType()) {
        case HeaderType.ENDORSER_TRANSACTION_VALUE -> transaction(payload, headers);
        case HeaderType.CONFIG_VALUE -> configuration(payload);
        default -> throw new RefusedException(TxValidationCode.UNSUPPORTED_TX_PAYLOAD);
      };
    } catch (RefusedException e) {
      return new CheckedEnvelope.Refused(e.code);
    }
  }

  private static Headers headers(Payload payload) throws RefusedException {
    TxValidationCode code = TxValidationCode.BAD_COMMON_HEADER;
    require(payload.hasHeader(), code);
    Header header = payload.getHeader();
    ChannelHeader channel = parse(CHANNEL_HEADER, header.getChannelHeader(), code);
    SignatureHeader signature = parse(SIGNATURE_HEADER, header.getSignatureHeader(), code);
    int type = channel.getType();
    require(
        type == HeaderType.ENDORSER_TRANSACTION_VALUE
            || type == HeaderType.CONFIG_UPDATE_VALUE
            || type == HeaderType.CONFIG_VALUE,
        code);
    require(channel.getEpoch() == 0, code);
    require(isComplete(signature), code);
    return new Headers(channel, signature);
  }

  private static void checkCreator(Envelope envelope, Headers headers, ChannelConfig config)
      throws RefusedException {
    TxValidationCode code = TxValidationCode.BAD_CREATOR_SIGNATURE;
    require(headers.channel().getChannelId().equals(config.channelId()), code);
    switch (config.msps().identity(headers.signature().getCreator())) {
      case IdentityOutcome.Accepted(Identity creator) ->
          require(creator.verify(envelope.getPayload(), envelope.getSignature()), code);
      case IdentityOutcome.Refused _ -> throw new RefusedException(code);
    }
  }

  private static CheckedEnvelope configuration(Payload payload) throws RefusedException {
    require(!payload.getData().isEmpty(), TxValidationCode.INVALID_CONFIG_TRANSACTION);
    return new CheckedEnvelope.Configuration(payload.getData());
  }

  private static CheckedEnvelope transaction(Payload payload, Headers headers)
      throws RefusedException {
    SignatureHeader signature = headers.signature();
    String txId = headers.channel().getTxId();
    require(
        txId.equals(TransactionId.of(signature.getNonce(), signature.getCreator())),
        TxValidationCode.BAD_PROPOSAL_TXID);
    TxValidationCode code = TxValidationCode.INVALID_ENDORSER_TRANSACTION;
    Transaction transaction = parse(TRANSACTION, payload.getData(), code);
    require(transaction.getActionsCount() == 1, code);
    TransactionAction action = transaction.getActions(0);
    require(isComplete(parse(SIGNATURE_HEADER, action.getHeader(), code)), code);
    ChaincodeActionPayload actionPayload = parse(ACTION_PAYLOAD, action.getPayload(), code);
    require(actionPayload.hasAction(), code);
    ProposalResponsePayload response =
        parse(RESPONSE_PAYLOAD, actionPayload.getAction().getProposalResponsePayload(), code);
    ByteString proposal = actionPayload.getChaincodeProposalPayload();
    require(!proposal.isEmpty(), code);
    ByteString hash =
        Sha256.of(payload.getHeader().getChannelHeader(), action.getHeader(), proposal);
    require(hash.equals(response.getProposalHash()), code);
    return ActionChecks.check(headers.channel(), actionPayload.getAction(), response);
  }

  private static boolean isComplete(SignatureHeader header) {
    return !header.getNonce().isEmpty() && !header.getCreator().isEmpty();
  }

  private static <T extends Message> T parse(
      WireParser<T> parser, ByteString bytes, TxValidationCode otherwise) throws RefusedException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(otherwise);
    }
  }

  private static void require(boolean holds, TxValidationCode otherwise) throws RefusedException {
    if (!holds) {
      throw new RefusedException(otherwise);
    }
  }

  /// Ends the checks of an envelope with its verdict.
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final TxValidationCode code;

    RefusedException(TxValidationCode code) {
      super(code.name(), null, false, false); // a verdict, not a failure: no stack is wanted
      this.code = code;
    }
  }
}
