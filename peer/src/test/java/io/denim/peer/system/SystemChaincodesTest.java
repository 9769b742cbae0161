package io.denim.peer.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.chaincode.InstalledPackage;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.lifecycle.LifecycleCache;
import io.denim.wire.BlockHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.peer.ChaincodeID;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeQueryResponse;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.ChannelQueryResponse;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// System chaincodes over a ledger that holds a real genesis block.
class SystemChaincodesTest {
  @TempDir Path folder;
  private final Channels channels = new Channels();
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private LedgerProvider provider;
  private Block genesis;

  @BeforeEach
  void open() throws Exception {
    Path golden = Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25");
    genesis = Block.parseFrom(Files.readAllBytes(golden.resolve("genesis.block")));
    provider =
        LedgerProvider.open(
            LedgerOptions.at(folder), (channel, namespace, state) -> Optional.empty());
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void joiningMakesAChannelThatCanBeAskedAbout() throws Exception {
    SystemChaincode cscc = new ConfigurationChaincode(channels, verifier);
    assertThat(text(call(cscc, "JoinChain", genesis.toByteString()))).isEmpty();
    String channelId = channels.names().getFirst();
    assertThat(
            ChannelQueryResponse.parseFrom(call(cscc, "GetChannels").getPayload())
                .getChannels(0)
                .getChannelId())
        .isEqualTo(channelId);
    ByteString channel = ByteString.copyFromUtf8(channelId);
    Block config = Block.parseFrom(call(cscc, "GetConfigBlock", channel).getPayload());
    assertThat(config.getHeader()).isEqualTo(genesis.getHeader());
    assertThat(
            Config.parseFrom(call(cscc, "GetChannelConfig", channel).getPayload())
                .hasChannelGroup())
        .isTrue();

    SystemChaincode qscc = new QueryChaincode(channels);
    BlockchainInfo info =
        BlockchainInfo.parseFrom(call(qscc, "GetChainInfo", channel).getPayload());
    assertThat(info.getHeight()).isEqualTo(1);
    ByteString last = ByteString.copyFromUtf8("18446744073709551615");
    assertThat(call(qscc, "GetBlockByNumber", channel, last).getPayload())
        .isEqualTo(config.toByteString());
    assertThat(
            call(qscc, "GetBlockByHash", channel, BlockHash.ofHeader(genesis.getHeader()))
                .getPayload())
        .isEqualTo(config.toByteString());
    assertThat(text(call(qscc, "GetBlockByNumber", channel, ByteString.copyFromUtf8("7"))))
        .isEqualTo("Failed to get block number 7, error no such block number [7] in index");
    assertThat(text(call(qscc, "GetTransactionByID", channel, ByteString.copyFromUtf8("x"))))
        .isEqualTo(
            "Failed to get transaction with id x, error no such transaction ID [x] in index");
    assertThat(text(call(qscc, "GetBlockByTxID", channel, ByteString.copyFromUtf8("x"))))
        .isEqualTo("Failed to get block for txID x, error no such transaction ID [x] in index");
    assertThat(text(call(qscc, "GetBlockByNumber", channel)))
        .isEqualTo("missing 3rd argument for GetBlockByNumber");
  }

  @Test
  void whatIsNotAllowedOrMakesNoSenseIsRefused() {
    SystemChaincode cscc = new ConfigurationChaincode(channels, verifier);
    SystemChaincode qscc = new QueryChaincode(channels);
    assertThat(text(call(cscc, "JoinChain", ByteString.copyFromUtf8("nonsense"))))
        .startsWith("Failed to reconstruct the genesis block, ");
    assertThat(text(call(cscc, "JoinChain", Block.getDefaultInstance().toByteString())))
        .startsWith("\"JoinChain\" request failed to extract channel id from the block due to [");
    assertThat(text(call(cscc, "GetConfigBlock"))).isEqualTo("Incorrect number of arguments, 1");
    assertThat(text(call(cscc, "Nothing", ByteString.EMPTY)))
        .isEqualTo("Requested function Nothing not found.");
    assertThat(text(call(qscc, "GetChainInfo", ByteString.copyFromUtf8("nowhere"))))
        .isEqualTo("Invalid chain ID, nowhere");
    channels.refusal = Optional.of("no");
    assertThat(text(call(cscc, "GetChannels"))).isEqualTo("access denied for [GetChannels]: no");
    assertThat(text(call(cscc, "JoinChain", genesis.toByteString()))).endsWith(": [no]");
    assertThat(channels.names()).isEmpty();
    SystemChaincode.Call fromChaincode =
        new SystemChaincode.Call(
            "ch",
            "t",
            List.of(ByteString.copyFromUtf8("GetChainInfo"), ByteString.copyFromUtf8("ch")),
            Optional.of(proposal("kv")),
            Optional.empty());
    assertThat(qscc.invoke(fromChaincode).getMessage())
        .isEqualTo(
            "Rejecting invoke of QSCC from another chaincode because of potential for deadlocks,"
                + " original invocation for 'kv'");
  }

  @Test
  void oldClientsSeeWhatTheNewLifecycleHolds() throws Exception {
    String packageId = "basic_1:" + "ab".repeat(32);
    SystemChaincode lscc =
        new LegacyChaincode(
            channels,
            new LifecycleCache("Org1MSP", List.of(new InstalledPackage(packageId, "basic_1"))));
    ChaincodeQueryResponse installed =
        ChaincodeQueryResponse.parseFrom(call(lscc, "getinstalledchaincodes").getPayload());
    assertThat(installed.getChaincodes(0).getName()).isEqualTo("basic_1");
    assertThat(call(lscc, "getchaincodes").getStatus()).isEqualTo(200);
    assertThat(
            text(
                call(
                    lscc,
                    "getid",
                    ByteString.copyFromUtf8("ch"),
                    ByteString.copyFromUtf8("basic"))))
        .isEqualTo("could not find chaincode with name 'basic'");
    assertThat(text(call(lscc, "install", ByteString.EMPTY))).endsWith("LSCC is now read-only");
    assertThat(text(call(lscc, "what"))).isEqualTo("invalid function to lscc: what");
  }

  private static String text(Response response) {
    return response.getMessage();
  }

  private static Response call(SystemChaincode chaincode, String function, ByteString... rest) {
    List<ByteString> arguments = new ArrayList<>(List.of(ByteString.copyFromUtf8(function)));
    arguments.addAll(List.of(rest));
    return chaincode.invoke(
        new SystemChaincode.Call(
            "", "tx", arguments, Optional.of(proposal(chaincode.name())), Optional.empty()));
  }

  private static SignedProposal proposal(String chaincode) {
    ChaincodeInvocationSpec spec =
        ChaincodeInvocationSpec.newBuilder()
            .setChaincodeSpec(
                ChaincodeSpec.newBuilder()
                    .setChaincodeId(ChaincodeID.newBuilder().setName(chaincode)))
            .build();
    return SignedProposal.newBuilder()
        .setProposalBytes(
            Proposal.newBuilder()
                .setPayload(
                    ChaincodeProposalPayload.newBuilder()
                        .setInput(spec.toByteString())
                        .build()
                        .toByteString())
                .build()
                .toByteString())
        .build();
  }

  private final class Channels implements SystemChannels {
    private Optional<String> refusal = Optional.empty();

    @Override
    public List<String> names() {
      return provider.channels();
    }

    @Override
    public Optional<PeerLedger> ledger(String channelId) {
      return provider.channels().contains(channelId)
          ? Optional.of(provider.open(channelId))
          : Optional.empty();
    }

    @Override
    public Optional<ChannelConfig> config(String channelId) {
      try {
        return Optional.of(ChannelConfig.ofBlock(genesis, verifier));
      } catch (ChannelConfigException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Optional<String> joinBySnapshot(Path snapshot) {
      provider.createFromSnapshot(snapshot);
      return Optional.empty();
    }

    @Override
    public Optional<String> join(String channelId, Block block) {
      provider.create(block);
      return Optional.empty();
    }

    @Override
    public Optional<String> accessRefusal(
        String resource, String channelId, Optional<SignedProposal> proposal) {
      return refusal;
    }
  }
}
