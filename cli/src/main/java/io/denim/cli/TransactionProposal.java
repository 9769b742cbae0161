package io.denim.cli;

import com.google.protobuf.ByteString;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.SigningIdentity;
import io.denim.wire.TransactionId;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;

/// A proposal that was signed by its creator, and the transaction that endorsements make of it
/// (fabric v3.1.5 protoutil/proputils.go, txutils.go).
public final class TransactionProposal {
  private final SigningIdentity signer;
  private final Header header;
  private final ByteString input;
  private final String txId;
  private final SignedProposal signed;

  private TransactionProposal(
      SigningIdentity signer, Header header, ByteString input, String txId, SignedProposal signed) {
    this.signer = signer;
    this.header = header;
    this.input = input;
    this.txId = txId;
    this.signed = signed;
  }

  /// What is called.
  ///
  /// @param channelId empty to ask a peer itself
  /// @param arguments the function's name first
  public record Call(
      String channelId,
      String chaincode,
      List<ByteString> arguments,
      Map<String, ByteString> transientData,
      boolean isInit) {
    public Call {
      arguments = List.copyOf(arguments);
      transientData = Map.copyOf(transientData);
    }

    /// A plain call.
    public static Call of(String channelId, String chaincode, List<ByteString> arguments) {
      return new Call(channelId, chaincode, arguments, Map.of(), false);
    }
  }

  /// Makes and signs a proposal with a new transaction id.
  public static TransactionProposal of(Call call, EnvelopeSigner signer) {
    SignatureHeader signature = signer.signatureHeader();
    String txId = TransactionId.of(signature.getNonce(), signature.getCreator());
    ChaincodeID chaincode = ChaincodeID.newBuilder().setName(call.chaincode()).build();
    ChannelHeader channel =
        signer
            .channelHeader(HeaderType.ENDORSER_TRANSACTION, call.channelId())
            .setTxId(txId)
            .setExtension(
                ChaincodeHeaderExtension.newBuilder()
                    .setChaincodeId(chaincode)
                    .build()
                    .toByteString())
            .build();
    Header header =
        Header.newBuilder()
            .setChannelHeader(channel.toByteString())
            .setSignatureHeader(signature.toByteString())
            .build();
    ByteString input =
        ChaincodeInvocationSpec.newBuilder()
            .setChaincodeSpec(
                ChaincodeSpec.newBuilder()
                    .setType(ChaincodeSpec.Type.GOLANG) // what every client sets; peers ignore it
                    .setChaincodeId(chaincode)
                    .setInput(
                        ChaincodeInput.newBuilder()
                            .addAllArgs(call.arguments())
                            .setIsInit(call.isInit())))
            .build()
            .toByteString();
    ByteString proposal =
        Proposal.newBuilder()
            .setHeader(header.toByteString())
            .setPayload(
                ChaincodeProposalPayload.newBuilder()
                    .setInput(input)
                    .putAllTransientMap(call.transientData())
                    .build()
                    .toByteString())
            .build()
            .toByteString();
    SignedProposal signed =
        SignedProposal.newBuilder()
            .setProposalBytes(proposal)
            .setSignature(signer.identity().sign(proposal))
            .build();
    return new TransactionProposal(signer.identity(), header, input, txId, signed);
  }

  public String txId() {
    return txId;
  }

  public SignedProposal signed() {
    return signed;
  }

  /// The transaction that these responses endorse.
  ///
  /// @throws ClientException if one is no success, or they differ
  public Envelope transaction(List<ProposalResponse> responses) throws ClientException {
    ByteString payload = responses.getFirst().getPayload();
    ChaincodeEndorsedAction.Builder endorsed =
        ChaincodeEndorsedAction.newBuilder().setProposalResponsePayload(payload);
    for (ProposalResponse response : responses) {
      if (!response.hasEndorsement()) {
        throw new ClientException(
            "endorsement failure during invoke. response: status:"
                + response.getResponse().getStatus()
                + " message:\""
                + response.getResponse().getMessage()
                + "\"");
      }
      if (!response.getPayload().equals(payload)) {
        throw new ClientException("ProposalResponsePayloads do not match");
      }
      endorsed.addEndorsements(response.getEndorsement());
    }
    ByteString action =
        ChaincodeActionPayload.newBuilder()
            .setChaincodeProposalPayload(
                ChaincodeProposalPayload.newBuilder().setInput(input).build().toByteString())
            .setAction(endorsed)
            .build()
            .toByteString();
    Transaction transaction =
        Transaction.newBuilder()
            .addActions(
                TransactionAction.newBuilder()
                    .setHeader(header.getSignatureHeader())
                    .setPayload(action))
            .build();
    ByteString bytes =
        Payload.newBuilder()
            .setHeader(header)
            .setData(transaction.toByteString())
            .build()
            .toByteString();
    return Envelope.newBuilder().setPayload(bytes).setSignature(signer.sign(bytes)).build();
  }
}
