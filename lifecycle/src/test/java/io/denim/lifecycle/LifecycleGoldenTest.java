package io.denim.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodeStarter;
import io.denim.chaincode.EndorsementInfo;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.ShimHost;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.CommitBlock;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.TransactionSimulator;
import io.denim.ledger.TxRwSet;
import io.denim.wire.Blocks;
import java.io.DataInputStream;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every approval and commit of the golden chains, simulated again on a peer of one organization:
/// the read-write sets must be those that real peers endorsed, byte for byte.
class LifecycleGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Optional<ChannelConfig> config = Optional.empty();
  private String mspId = "";
  private LifecycleChaincode lifecycle;
  private LifecycleCache cache;
  private int compared;

  private final LifecycleChannels channels =
      new LifecycleChannels() {
        @Override
        public Optional<ChannelConfig> config(String channelId) {
          return config;
        }

        @Override
        public Optional<String> accessRefusal(
            String resource, String channelId, Optional<SignedProposal> proposal) {
          return Optional.empty();
        }
      };

  @ParameterizedTest
  @CsvSource({"raft-v25, org1, Org1MSP", "raft-v25, org3, Org3MSP", "bft-v30, org2, Org2MSP"})
  void simulationsAreThoseOfRealPeers(String chain, String peer, String mspId) throws Exception {
    this.mspId = mspId;
    Path golden = Path.of(System.getProperty("denim.testdata"), "golden", chain);
    JsonNode expected = JSON.readTree(golden.resolve("expected.json").toFile()).get("blocks");
    Map<Long, Map<Integer, TxPvtReadWriteSet>> clear =
        clear(JSON.readTree(golden.resolve("pvt.json").toFile()).get("peer0." + peer));
    List<Block> blocks = blocks(golden);
    ImplicitCollections implicit = new ImplicitCollections(mspId, 0, 1);
    ChaincodeDefinitions definitions = new ChaincodeDefinitions(channels, implicit);
    cache = new LifecycleCache(mspId, List.of());
    lifecycle =
        new LifecycleChaincode(
            mspId,
            channels,
            definitions,
            cache,
            PackageStore.open(folder.resolve("packages")),
            new NothingToBuild());
    config = Optional.of(ChannelConfig.ofBlock(blocks.getFirst(), SignatureVerifier.create()));
    try (LedgerProvider provider =
        LedgerProvider.open(LedgerOptions.at(folder.resolve("ledger")), definitions)) {
      PeerLedger ledger =
          provider.create(Block.parseFrom(Files.readAllBytes(golden.resolve("genesis.block"))));
      for (Block block : blocks.subList(1, blocks.size())) {
        long number = block.getHeader().getNumber();
        JsonNode txs = expected.get((int) number).get("txs");
        follow(ledger, block, txs, clear.getOrDefault(number, Map.of()));
      }
      checkEnd(chain, ledger, definitions);
    }
    assertThat(compared).isGreaterThan(5);
  }

  private void checkEnd(String chain, PeerLedger ledger, ChaincodeDefinitions definitions)
      throws Exception {
    try (QueryExecutor state = ledger.queryExecutor()) {
      for (String name : definitions.names(state)) {
        ChaincodeDefinition committed = definitions.definition(name, state).orElseThrow();
        assertThat(cache.definition(ledger.channelId(), name)).contains(committed);
      }
      assertThat(cache.chaincodes(ledger.channelId()))
          .extracting(DefinedChaincode::name)
          .containsExactlyElementsOf(definitions.names(state));
      if (chain.equals("raft-v25")) {
        assertThat(definitions.definition("kv", state).orElseThrow().sequence()).isEqualTo(4);
        assertThat(definitions.definition("ini", state).orElseThrow().initRequired()).isTrue();
        assertThat(cache.chaincodes(ledger.channelId()))
            .allMatch(DefinedChaincode::approved)
            .noneMatch(DefinedChaincode::installed);
        checkEndorsementInfo(ledger.channelId(), state);
      }
    }
  }

  /// The package that the organization approved is recognized by the hash in its collection.
  private void checkEndorsementInfo(String channelId, QueryExecutor state) throws Exception {
    RunnableChaincodes runnable = new RunnableChaincodes(channels, cache, false);
    assertThat(runnable.endorsementInfo(channelId, "kv", state))
        .isEqualTo(
            new EndorsementInfo.NotReady(
                "chaincode definition for 'kv' exists, but chaincode is not installed"));
    assertThat(runnable.endorsementInfo(channelId, "nothing", state))
        .isEqualTo(new EndorsementInfo.NotReady("chaincode nothing not found"));
    String packageId =
        state
            .privateData(
                "_lifecycle",
                ImplicitCollections.nameFor(mspId),
                "chaincode-sources/fields/kv#4/PackageID")
            .map(LifecycleGoldenTest::text)
            .orElseThrow();
    cache.installed(packageId, "kv");
    assertThat(runnable.endorsementInfo(channelId, "kv", state))
        .isEqualTo(new EndorsementInfo.Ready("3", false, packageId, "escc"));
  }

  private static String text(ByteString stateData) {
    try {
      return org.hyperledger.fabric.protos.peer.lifecycle.StateData.parseFrom(stateData)
          .getString();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void follow(
      PeerLedger ledger, Block block, JsonNode txs, Map<Integer, TxPvtReadWriteSet> clear)
      throws Exception {
    List<CheckedTransaction> checked = new ArrayList<>();
    for (int i = 0; i < block.getData().getDataCount(); i++) {
      TxValidationCode code = TxValidationCode.valueOf(txs.get(i).get("code").asText());
      checked.add(
          switch (code) {
            case VALID, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT ->
                checked(ledger, block.getData().getData(i), txs.get(i).get("case").asText());
            default -> new CheckedTransaction.Refused(code);
          });
    }
    Block ordered =
        Blocks.withSlot(
            Blocks.withSlot(block, BlockMetadataIndex.TRANSACTIONS_FILTER, ByteString.EMPTY),
            BlockMetadataIndex.COMMIT_HASH,
            ByteString.EMPTY);
    CommittedBlock committed =
        ledger.commit(new CommitBlock(ordered, checked, new BlockPrivateData(clear, List.of())));
    try (QueryExecutor state = ledger.queryExecutor()) {
      cache.blockCommitted(ledger.channelId(), committed.updates(), state);
    }
    if (checked.getFirst() instanceof CheckedTransaction.Configured) {
      config = Optional.of(ChannelConfig.ofBlock(block, SignatureVerifier.create()));
    }
  }

  private CheckedTransaction checked(PeerLedger ledger, ByteString bytes, String made)
      throws Exception {
    Payload payload = Payload.parseFrom(Envelope.parseFrom(bytes).getPayload());
    ChannelHeader header = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader());
    if (header.getType() == HeaderType.CONFIG_VALUE) {
      return new CheckedTransaction.Configured(payload.getData());
    }
    ChaincodeActionPayload action =
        ChaincodeActionPayload.parseFrom(
            Transaction.parseFrom(payload.getData()).getActions(0).getPayload());
    ByteString results =
        ChaincodeAction.parseFrom(
                ProposalResponsePayload.parseFrom(action.getAction().getProposalResponsePayload())
                    .getExtension())
            .getResults();
    if (made.matches("set-up: .*(approves|committed).*")) {
      ChaincodeInvocationSpec spec =
          ChaincodeInvocationSpec.parseFrom(
              ChaincodeProposalPayload.parseFrom(action.getChaincodeProposalPayload()).getInput());
      compare(ledger, header, spec.getChaincodeSpec().getInput().getArgsList(), results);
    }
    return new CheckedTransaction.Endorsed(TxRwSet.parse(results));
  }

  private void compare(
      PeerLedger ledger, ChannelHeader header, List<ByteString> arguments, ByteString results)
      throws Exception {
    String function = arguments.getFirst().toStringUtf8();
    boolean approval = function.equals("ApproveChaincodeDefinitionForMyOrg");
    if (approval && !results.toStringUtf8().contains(ImplicitCollections.nameFor(mspId))) {
      return; // another organization's
    }
    try (TransactionSimulator simulator = ledger.simulator(header.getTxId())) {
      Response response =
          lifecycle.invoke(
              new SystemChaincode.Call(
                  header.getChannelId(),
                  header.getTxId(),
                  arguments,
                  Optional.empty(),
                  Optional.of(simulator)));
      assertThat(response.getStatus()).as(response.getMessage()).isEqualTo(200);
      assertThat(simulator.results().publicReadWriteSet())
          .as("%s in block %d", function, ledger.height())
          .isEqualTo(results);
      compared++;
    }
  }

  private static Map<Long, Map<Integer, TxPvtReadWriteSet>> clear(JsonNode delivered)
      throws Exception {
    Map<Long, Map<Integer, TxPvtReadWriteSet>> clear = new HashMap<>();
    for (JsonNode entry : delivered) {
      clear
          .computeIfAbsent(entry.get("block").asLong(), b -> new HashMap<>())
          .put(
              entry.get("tx").asInt(),
              TxPvtReadWriteSet.parseFrom(
                  HexFormat.of().parseHex(entry.get("pvt_rwset_hex").asText())));
    }
    return clear;
  }

  private static List<Block> blocks(Path golden) throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(
            new GZIPInputStream(Files.newInputStream(golden.resolve("blocks.gz")), 1 << 16))) {
      while (true) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        blocks.add(Block.parseFrom(bytes));
      }
    } catch (EOFException e) {
      return blocks;
    }
  }

  private static final class NothingToBuild implements ChaincodeStarter {
    @Override
    public void build(String packageId) {}

    @Override
    public String run(String packageId, ShimHost host) {
      return "";
    }

    @Override
    public void close() {}
  }
}
