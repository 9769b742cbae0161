package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.TransactionProposal;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import io.denim.lifecycle.ChaincodeDefinition;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.LifecycleException;
import io.denim.order.BlockSigner;
import io.denim.peer.ChainReplay;
import io.denim.wire.Blocks;
import io.denim.wire.Sha256;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.ProposalResponse;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeEndorsementInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;

/// Makes blocks of a channel whose keys are all at hand, without its nodes: transactions that peers
/// of both organizations endorse, in blocks that the orderer signs, validated and committed to a
/// ledger as they are made. Used by one thread.
final class ChainMaker {
  private final NetworkPlan plan;
  private final ChainReplay replay;
  private final SignatureVerifier verifier;
  private final InstantSource clock;
  private final BlockSigner orderer;
  private final List<EnvelopeSigner> clients = new ArrayList<>();
  private final List<SigningIdentity> endorsers = new ArrayList<>();
  private int made;

  ChainMaker(
      NetworkPlan plan,
      NetworkDirectory network,
      ChainReplay replay,
      SignatureVerifier verifier,
      InstantSource clock)
      throws MspConfigException {
    this.plan = plan;
    this.replay = replay;
    this.verifier = verifier;
    this.clock = clock;
    this.orderer =
        new BlockSigner(
            signer(network.ordererCrypto(plan.orderers().getFirst()), NetworkPlan.ORDERER_MSP));
    for (NetworkPlan.Organization organization : plan.organizations()) {
      Path peer = network.peerCrypto(organization, organization.peers().getFirst());
      endorsers.add(signer(peer, organization.mspId()).identity());
      clients.add(signer(network.user(organization, "User1"), organization.mspId()));
    }
  }

  private EnvelopeSigner signer(Path folder, String mspId) throws MspConfigException {
    LocalMsp msp = LocalMsp.load(folder.resolve("msp"), mspId, verifier, clock);
    return new EnvelopeSigner(msp.signingIdentity(), clock);
  }

  /// A client, another one each time.
  EnvelopeSigner client() {
    return clients.get(made++ % clients.size());
  }

  /// The next block, which is committed on return.
  ///
  /// @throws NetworkException if it is refused
  Block block(List<ByteString> envelopes) throws InterruptedException, NetworkException {
    Block block =
        orderer.sign(
            Blocks.of(
                replay.ledger().height(), replay.ledger().info().getCurrentBlockHash(), envelopes),
            0,
            ByteString.EMPTY);
    Optional<String> problem = replay.take(block);
    if (problem.isEmpty()) {
      problem = replay.finish();
    }
    if (problem.isPresent()) {
      throw new NetworkException("a block is refused: " + problem.get());
    }
    return block;
  }

  /// Defines a chaincode that a majority of the organizations has to endorse.
  ByteString definition(String chaincode)
      throws ClientException, SimulationException, LifecycleException {
    ApplicationPolicy policy =
        ApplicationPolicy.newBuilder()
            .setChannelConfigPolicyReference("/Channel/Application/Endorsement")
            .build();
    ChaincodeDefinition definition =
        new ChaincodeDefinition(
            1,
            ChaincodeEndorsementInfo.newBuilder()
                .setVersion("1")
                .setEndorsementPlugin("escc")
                .build(),
            ChaincodeValidationInfo.newBuilder()
                .setValidationPlugin("vscc")
                .setValidationParameter(policy.toByteString())
                .build(),
            CollectionConfigPackage.getDefaultInstance());
    try (TransactionSimulator simulator = replay.ledger().simulator("definition")) {
      ChaincodeDefinitions.write(chaincode, definition, simulator);
      return transaction(
              "_lifecycle",
              List.of("CommitChaincodeDefinition"),
              simulator.results().publicReadWriteSet())
          .toByteString();
    }
  }

  /// A transaction that both organizations endorsed.
  ///
  /// @param results a serialized read-write set
  Envelope transaction(String chaincode, List<String> arguments, ByteString results)
      throws ClientException, SimulationException {
    TransactionProposal proposal =
        TransactionProposal.of(
            TransactionProposal.Call.of(
                plan.spec().channel(),
                chaincode,
                arguments.stream().map(ByteString::copyFromUtf8).toList()),
            client());
    ChaincodeAction action =
        ChaincodeAction.newBuilder()
            .setResults(results)
            .setResponse(Response.newBuilder().setStatus(200))
            .setChaincodeId(ChaincodeID.newBuilder().setName(chaincode).setVersion("1"))
            .build();
    ByteString payload =
        ProposalResponsePayload.newBuilder()
            .setProposalHash(hash(proposal))
            .setExtension(action.toByteString())
            .build()
            .toByteString();
    List<ProposalResponse> responses = new ArrayList<>();
    for (SigningIdentity endorser : endorsers) {
      responses.add(
          ProposalResponse.newBuilder()
              .setPayload(payload)
              .setEndorsement(
                  Endorsement.newBuilder()
                      .setEndorser(endorser.serialized())
                      .setSignature(endorser.sign(payload.concat(endorser.serialized()))))
              .build());
    }
    return proposal.transaction(responses);
  }

  private static ByteString hash(TransactionProposal proposal) throws SimulationException {
    try {
      Proposal whole = Proposal.parseFrom(proposal.signed().getProposalBytes());
      Header header = Header.parseFrom(whole.getHeader());
      ChaincodeProposalPayload payload = ChaincodeProposalPayload.parseFrom(whole.getPayload());
      return Sha256.of(
          header.getChannelHeader(),
          header.getSignatureHeader(),
          payload.toBuilder().clearTransientMap().build().toByteString());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new SimulationException("an own proposal does not parse", e);
    }
  }
}
