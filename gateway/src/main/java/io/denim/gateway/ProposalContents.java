package io.denim.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;

/// A proposal taken apart as far as the gateway looks into it.
///
/// @param chaincode the name that is called; empty where there is none
record ProposalContents(
    Header header,
    ChannelHeader channelHeader,
    ChaincodeProposalPayload payload,
    String chaincode) {
  private static final WireParser<Proposal> PROPOSAL = parser(Proposal.getDefaultInstance());
  private static final WireParser<Header> HEADER = parser(Header.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      parser(ChannelHeader.getDefaultInstance());
  private static final WireParser<ChaincodeProposalPayload> PAYLOAD =
      parser(ChaincodeProposalPayload.getDefaultInstance());
  private static final WireParser<ChaincodeInvocationSpec> SPEC =
      parser(ChaincodeInvocationSpec.getDefaultInstance());

  /// The proposal does not parse; the message says which part.
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  static ProposalContents of(SignedProposal signed) throws MalformedException {
    Proposal proposal = parse(PROPOSAL, signed.getProposalBytes(), "Proposal");
    Header header = parse(HEADER, proposal.getHeader(), "Header");
    ChannelHeader channelHeader = parse(CHANNEL_HEADER, header.getChannelHeader(), "ChannelHeader");
    ChaincodeProposalPayload payload =
        parse(PAYLOAD, proposal.getPayload(), "ChaincodeProposalPayload");
    ChaincodeInvocationSpec spec = parse(SPEC, payload.getInput(), "ChaincodeInvocationSpec");
    return new ProposalContents(
        header, channelHeader, payload, spec.getChaincodeSpec().getChaincodeId().getName());
  }

  private static <T extends Message> WireParser<T> parser(T prototype) {
    return WireParser.of(prototype);
  }

  private static <T extends Message> T parse(WireParser<T> parser, ByteString bytes, String what)
      throws MalformedException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException("error unmarshalling " + what + ": " + e.getMessage());
    }
  }

  String channelId() {
    return channelHeader.getChannelId();
  }

  /// Whether there are inputs that are meant for endorsers alone.
  boolean hasTransientData() {
    return payload.getTransientMapCount() > 0;
  }

  /// The transaction to be signed by the client, without the transient inputs.
  Envelope transaction(ChaincodeEndorsedAction action) {
    ByteString visible =
        ChaincodeProposalPayload.newBuilder().setInput(payload.getInput()).build().toByteString();
    ByteString actionPayload =
        ChaincodeActionPayload.newBuilder()
            .setChaincodeProposalPayload(visible)
            .setAction(action)
            .build()
            .toByteString();
    ByteString transaction =
        Transaction.newBuilder()
            .addActions(
                TransactionAction.newBuilder()
                    .setHeader(header.getSignatureHeader())
                    .setPayload(actionPayload))
            .build()
            .toByteString();
    return Envelope.newBuilder()
        .setPayload(
            Payload.newBuilder().setHeader(header).setData(transaction).build().toByteString())
        .build();
  }
}
