package io.denim.endorse;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.policy.SignedData;
import io.denim.wire.Sha256;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// A proposal taken apart once, nothing in it checked yet (fabric v3.1.5
/// core/endorser/msgvalidation.go).
///
/// @param hash over the headers and the payload without its transient part, as it goes into the
///   response
record UnpackedProposal(
    SignedProposal signedProposal,
    ChannelHeader channelHeader,
    SignatureHeader signatureHeader,
    String chaincode,
    ChaincodeInput input,
    ByteString hash) {
  private static final WireParser<Proposal> PROPOSAL = WireParser.of(Proposal.getDefaultInstance());
  private static final WireParser<Header> HEADER = WireParser.of(Header.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());
  private static final WireParser<ChaincodeHeaderExtension> EXTENSION =
      WireParser.of(ChaincodeHeaderExtension.getDefaultInstance());
  private static final WireParser<ChaincodeProposalPayload> PAYLOAD =
      WireParser.of(ChaincodeProposalPayload.getDefaultInstance());
  private static final WireParser<ChaincodeInvocationSpec> INVOCATION =
      WireParser.of(ChaincodeInvocationSpec.getDefaultInstance());

  /// @throws MalformedProposalException with Fabric's text
  static UnpackedProposal of(SignedProposal signed) throws MalformedProposalException {
    Proposal proposal = parse(PROPOSAL, signed.getProposalBytes(), "Proposal");
    Header header = parse(HEADER, proposal.getHeader(), "Header");
    ChannelHeader channel = parse(CHANNEL_HEADER, header.getChannelHeader(), "ChannelHeader");
    SignatureHeader signature =
        parse(SIGNATURE_HEADER, header.getSignatureHeader(), "SignatureHeader");
    ChaincodeHeaderExtension extension =
        parse(EXTENSION, channel.getExtension(), "ChaincodeHeaderExtension");
    require(extension.hasChaincodeId(), "ChaincodeHeaderExtension.ChaincodeId is nil");
    String chaincode = extension.getChaincodeId().getName();
    require(!chaincode.isEmpty(), "ChaincodeHeaderExtension.ChaincodeId.Name is empty");
    ChaincodeProposalPayload payload =
        parse(PAYLOAD, proposal.getPayload(), "ChaincodeProposalPayload");
    ChaincodeInvocationSpec invocation =
        parse(INVOCATION, payload.getInput(), "ChaincodeInvocationSpec");
    require(
        invocation.hasChaincodeSpec(), "chaincode invocation spec did not contain chaincode spec");
    require(invocation.getChaincodeSpec().hasInput(), "chaincode input did not contain any input");
    ByteString withoutTransient =
        ChaincodeProposalPayload.newBuilder().setInput(payload.getInput()).build().toByteString();
    return new UnpackedProposal(
        signed,
        channel,
        signature,
        chaincode,
        invocation.getChaincodeSpec().getInput(),
        Sha256.of(header.getChannelHeader(), header.getSignatureHeader(), withoutTransient));
  }

  /// Empty where the proposal is for the peer itself.
  String channelId() {
    return channelHeader.getChannelId();
  }

  String txId() {
    return channelHeader.getTxId();
  }

  /// What the channel's policies are asked about.
  SignedData signedData() {
    return new SignedData(
        signedProposal.getProposalBytes(),
        signatureHeader.getCreator(),
        signedProposal.getSignature());
  }

  private static <T extends Message> T parse(WireParser<T> parser, ByteString bytes, String name)
      throws MalformedProposalException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedProposalException("error unmarshalling " + name + ": " + e.getMessage());
    }
  }

  private static void require(boolean holds, String otherwise) throws MalformedProposalException {
    if (!holds) {
      throw new MalformedProposalException(otherwise);
    }
  }

  /// Bytes that are no proposal.
  static final class MalformedProposalException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedProposalException(String message) {
      super(message);
    }
  }
}
