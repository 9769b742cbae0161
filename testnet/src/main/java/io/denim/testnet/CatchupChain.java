package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.TransactionProposal;
import io.denim.identity.EnvelopeSigner;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import io.denim.ledger.BlockStore;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import io.denim.lifecycle.ChaincodeDefinition;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.LifecycleException;
import io.denim.order.BlockSigner;
import io.denim.peer.ChainReplay;
import io.denim.peer.PeerException;
import io.denim.wire.Blocks;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.hyperledger.fabric.protos.common.Block;
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

/// Makes a chain for measuring how fast a peer catches up: a channel of two organizations, a
/// chaincode whose writes both must endorse, and blocks full of transactions that each read a key
/// that is missing and write 100 bytes to it. Each is simulated on the ledger that the blocks
/// before it leave and signed with keys of its own; the orderer's key signs the blocks. What it
/// needs to be committed lies in the directory afterwards: the blocks as an orderer keeps them.
/// Used by one thread.
final class CatchupChain {
  private static final String CHAINCODE = "kv";
  private static final int VALUE_BYTES = 100;
  private static final long SEED = 20_261_121L;

  private final Path directory;
  private final NetworkPlan plan;
  private final NetworkDirectory network;
  private final InstantSource clock = InstantSource.system();
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private final Random random = new Random(SEED);

  /// How long the chain is.
  ///
  /// @param transactions in all, in full blocks but the last
  record Size(int transactions, int perBlock) {}

  CatchupChain(Path directory) {
    this.directory = directory;
    this.network = new NetworkDirectory(directory.resolve("network"));
    this.plan =
        NetworkPlan.of(
            new NetworkSpec("catchup", 2, 1, 1, 500, Duration.ofSeconds(2), false),
            customary -> customary);
  }

  /// The blocks, as an orderer keeps them.
  BlockStore open() {
    return BlockStore.open(directory.resolve("chain/blocks"), directory.resolve("chain/index"));
  }

  /// Whether the chain is there, whole.
  boolean isMade() {
    return Files.exists(directory.resolve("made"));
  }

  /// Makes the chain.
  ///
  /// @throws NetworkException if it cannot be made
  void make(Size size) throws NetworkException, InterruptedException {
    try {
      Trees.delete(directory);
      Files.createDirectories(directory);
      new NetworkFiles(plan, network, clock).create();
      Block genesis =
          Block.parseFrom(Files.readAllBytes(network.genesisBlock(plan.spec().channel())));
      LedgerOptions options = LedgerOptions.at(directory.resolve("making"));
      try (BlockStore store = open();
          ChainReplay replay = ChainReplay.start(options, genesis, verifier, blocks -> {})) {
        store.append(genesis);
        Making making = new Making(store, replay);
        making.block(List.of(making.definition()));
        for (int made = 0; made < size.transactions(); made += size.perBlock()) {
          making.fill(Math.min(size.perBlock(), size.transactions() - made));
        }
      }
      Trees.delete(directory.resolve("making"));
      Files.writeString(directory.resolve("made"), size.toString());
    } catch (IOException
        | MspConfigException
        | PeerException
        | ClientException
        | SimulationException
        | LifecycleException e) {
      throw new NetworkException("the chain cannot be made: " + e.getMessage(), e);
    }
  }

  /// The chain under way.
  private final class Making {
    private final BlockStore store;
    private final ChainReplay replay;
    private final BlockSigner orderer;
    private final List<EnvelopeSigner> clients = new ArrayList<>();
    private final List<SigningIdentity> endorsers = new ArrayList<>();
    private int number;

    Making(BlockStore store, ChainReplay replay) throws MspConfigException {
      this.store = store;
      this.replay = replay;
      this.orderer =
          new BlockSigner(
              signer(network.ordererCrypto(plan.orderers().getFirst()), NetworkPlan.ORDERER_MSP));
      for (NetworkPlan.Organization organization : plan.organizations()) {
        endorsers.add(
            signer(
                    network.peerCrypto(organization, organization.peers().getFirst()),
                    organization.mspId())
                .identity());
        clients.add(signer(network.user(organization, "User1"), organization.mspId()));
      }
    }

    private EnvelopeSigner signer(Path folder, String mspId) throws MspConfigException {
      LocalMsp msp = LocalMsp.load(folder.resolve("msp"), mspId, verifier, clock);
      return new EnvelopeSigner(msp.signingIdentity(), clock);
    }

    void fill(int count)
        throws ClientException, SimulationException, InterruptedException, NetworkException {
      List<ByteString> envelopes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        envelopes.add(create());
      }
      block(envelopes);
    }

    void block(List<ByteString> envelopes) throws InterruptedException, NetworkException {
      Block block =
          orderer.sign(
              Blocks.of(store.height(), store.info().getCurrentBlockHash(), envelopes),
              0,
              ByteString.EMPTY);
      store.append(block);
      Optional<String> problem = replay.take(block);
      if (problem.isEmpty()) {
        problem = replay.finish();
      }
      if (problem.isPresent()) {
        throw new NetworkException("a block is refused: " + problem.get());
      }
    }

    ByteString definition() throws ClientException, SimulationException, LifecycleException {
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
        ChaincodeDefinitions.write(CHAINCODE, definition, simulator);
        return transaction("_lifecycle", List.of("CommitChaincodeDefinition"), simulator);
      }
    }

    private ByteString create() throws ClientException, SimulationException {
      String key = String.format(Locale.ROOT, "key-%08d-%08x", number++, random.nextInt());
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      try (TransactionSimulator simulator = replay.ledger().simulator(key)) {
        if (simulator.state(CHAINCODE, key).isPresent()) {
          throw new SimulationException("the key " + key + " is there already");
        }
        simulator.setState(CHAINCODE, key, ByteString.copyFrom(value));
        return transaction(CHAINCODE, List.of("create", key), simulator);
      }
    }

    private ByteString transaction(
        String chaincode, List<String> arguments, TransactionSimulator simulator)
        throws ClientException, SimulationException {
      TransactionProposal proposal =
          TransactionProposal.of(
              TransactionProposal.Call.of(
                  plan.spec().channel(),
                  chaincode,
                  arguments.stream().map(ByteString::copyFromUtf8).toList()),
              clients.get(number % clients.size()));
      ChaincodeAction action =
          ChaincodeAction.newBuilder()
              .setResults(simulator.results().publicReadWriteSet())
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
      return proposal.transaction(responses).toByteString();
    }
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
