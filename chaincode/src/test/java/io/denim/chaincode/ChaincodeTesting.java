package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.TransactionSimulator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// What a runtime asks of a peer, for tests.
public final class ChaincodeTesting
    implements EndorsementInfoSource, ChaincodeChannels, CollectionPermissions {
  public final MemorySimulator ledger = new MemorySimulator();
  final Map<String, EndorsementInfo> definitions = new ConcurrentHashMap<>();
  final Map<String, TransactionSimulator> otherChannels = new ConcurrentHashMap<>();
  volatile Permission permission = new Permission(true, true);
  volatile Optional<String> callRefusal = Optional.empty();

  public ChaincodeTesting define(String chaincode, String packageId) {
    definitions.put(chaincode, new EndorsementInfo.Ready("1.0", false, packageId, "escc"));
    return this;
  }

  public ChaincodeRuntime.Ports ports(SystemChaincode... system) {
    return new ChaincodeRuntime.Ports(this, this, this, List.of(system));
  }

  public static ChaincodeInvocation invocation(String txId, String chaincode, String... arguments) {
    ChaincodeInput.Builder input = ChaincodeInput.newBuilder();
    for (String argument : arguments) {
      input.addArgs(ByteString.copyFromUtf8(argument));
    }
    return new ChaincodeInvocation(
        "ch", txId, chaincode, input.build(), Optional.of(proposal(txId)));
  }

  /// What shims look into for the creator and transient data.
  private static SignedProposal proposal(String txId) {
    Header header =
        Header.newBuilder()
            .setChannelHeader(
                ChannelHeader.newBuilder()
                    .setType(HeaderType.ENDORSER_TRANSACTION_VALUE)
                    .setChannelId("ch")
                    .setTxId(txId)
                    .build()
                    .toByteString())
            .setSignatureHeader(
                SignatureHeader.newBuilder()
                    .setCreator(
                        SerializedIdentity.newBuilder().setMspid("Org1MSP").build().toByteString())
                    .setNonce(ByteString.copyFromUtf8("nonce"))
                    .build()
                    .toByteString())
            .build();
    Proposal proposal =
        Proposal.newBuilder()
            .setHeader(header.toByteString())
            .setPayload(
                ChaincodeProposalPayload.newBuilder()
                    .setInput(ByteString.copyFromUtf8("input"))
                    .build()
                    .toByteString())
            .build();
    return SignedProposal.newBuilder().setProposalBytes(proposal.toByteString()).build();
  }

  @Override
  public EndorsementInfo endorsementInfo(String channelId, String chaincode, QueryExecutor state) {
    return definitions.getOrDefault(
        chaincode, new EndorsementInfo.NotReady("chaincode " + chaincode + " not found"));
  }

  @Override
  public Optional<TransactionSimulator> simulator(String channelId, String txId) {
    return Optional.ofNullable(otherChannels.get(channelId));
  }

  @Override
  public Optional<Features> features(String channelId) {
    return Optional.of(new Features(true, true));
  }

  @Override
  public Optional<String> chaincodeCallRefusal(String channelId, SignedProposal proposal) {
    return callRefusal;
  }

  @Override
  public Permission permission(
      String channelId,
      String chaincode,
      String collection,
      Optional<SignedProposal> proposal,
      QueryExecutor state) {
    return permission;
  }
}
