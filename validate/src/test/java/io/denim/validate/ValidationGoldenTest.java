package io.denim.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.wire.Blocks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real Fabric's chains, validated and committed again: each transaction's verdict and each block's
/// commit hash must be those of the real peers.
class ValidationGoldenTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "bft-v30", "range-sbe", "dishonest-orderer"})
  void everyVerdictIsThatOfRealPeers(String name) throws Exception {
    GoldenChain chain = GoldenChain.load(name);
    Block genesis = Block.parseFrom(Files.readAllBytes(chain.directory().resolve("genesis.block")));
    SignatureVerifier verifier = SignatureVerifier.create();
    ChannelConfig config = ChannelConfig.ofBlock(genesis, verifier);
    StateDefinitions definitions = new StateDefinitions();
    try (ExecutorService threads = Executors.newFixedThreadPool(2);
        LedgerProvider provider = LedgerProvider.open(LedgerOptions.at(directory), definitions)) {
      BlockValidator validator =
          new BlockValidator(definitions, verifier, new Parallel(threads, 2));
      PeerLedger ledger = provider.create(genesis);
      for (int number = 1; number < chain.blocks().size(); number++) {
        CheckedBlock checked = validator.check(ordered(chain.blocks().get(number)), config);
        ValidatedBlock validated = validator.validate(checked, config, CommittedState.of(ledger));
        config = validated.newConfig().orElse(config);
        CommittedBlock committed = ledger.commit(validated.toCommit(BlockPrivateData.NONE));
        assertVerdicts(chain, committed);
      }
    }
  }

  private static Block ordered(Block block) {
    return Blocks.withSlot(
        Blocks.withSlot(block, BlockMetadataIndex.TRANSACTIONS_FILTER, ByteString.EMPTY),
        BlockMetadataIndex.COMMIT_HASH,
        ByteString.EMPTY);
  }

  private static void assertVerdicts(GoldenChain chain, CommittedBlock committed) {
    JsonNode expected = chain.block((int) committed.number());
    List<String> wanted = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < expected.get("txs").size(); i++) {
      JsonNode tx = expected.get("txs").get(i);
      wanted.add(i + " " + tx.get("case").asText() + ": " + tx.get("code").asText());
      found.add(i + " " + tx.get("case").asText() + ": " + committed.codes().get(i));
    }
    assertThat(found).as("block %d", committed.number()).isEqualTo(wanted);
    assertThat(committed.commitHash())
        .as("commit hash of block %d", committed.number())
        .isEqualTo(GoldenChain.hex(expected.get("commit_hash")));
  }
}
