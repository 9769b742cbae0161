package io.denim.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockPrivateData;
import io.denim.ledger.CommitGroup;
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
import org.junit.jupiter.params.provider.CsvSource;

/// Real Fabric's chains, validated and committed again: each transaction's verdict and each block's
/// commit hash must be those of the real peers.
class ValidationGoldenTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "raft-v25, 1",
    "raft-v25, 32",
    "bft-v30, 10",
    "range-sbe, 1",
    "range-sbe, 7",
    "dishonest-orderer, 5",
  })
  void everyVerdictIsThatOfRealPeers(String name, int groupSize) throws Exception {
    assertVerdicts(GoldenChain.load(name), groupSize);
  }

  @ParameterizedTest
  @CsvSource({"raft-v25, 9", "dishonest-orderer, 3"})
  void mutatedTransactionsAreJudgedAsByARealPeer(String name, int groupSize) throws Exception {
    GoldenChain golden = GoldenChain.load(name);
    GoldenChain mutated = golden.mutated();
    assertThat(mutated.blocks()).hasSizeGreaterThan(golden.blocks().size());
    assertVerdicts(mutated, groupSize);
  }

  private void assertVerdicts(GoldenChain chain, int groupSize) throws Exception {
    Block genesis = Block.parseFrom(Files.readAllBytes(chain.directory().resolve("genesis.block")));
    SignatureVerifier verifier = SignatureVerifier.create();
    ChannelConfig config = ChannelConfig.ofBlock(genesis, verifier);
    StateDefinitions definitions = new StateDefinitions();
    try (ExecutorService threads = Executors.newFixedThreadPool(2);
        LedgerProvider provider = LedgerProvider.open(LedgerOptions.at(directory), definitions)) {
      BlockValidator validator =
          new BlockValidator(definitions, verifier, new Parallel(threads, 2));
      PeerLedger ledger = provider.create(genesis);
      int number = 1;
      while (number < chain.blocks().size()) {
        try (CommitGroup group = ledger.beginGroup()) {
          int end = Math.min(number + groupSize, chain.blocks().size());
          for (; number < end; number++) {
            CheckedBlock checked = validator.check(ordered(chain.blocks().get(number)), config);
            ValidatedBlock validated =
                validator.validate(checked, config, CommittedState.of(group));
            config = validated.newConfig().orElse(config);
            group.add(validated.toCommit(BlockPrivateData.NONE));
          }
          for (CommittedBlock committed : group.commit()) {
            assertVerdicts(chain, committed);
          }
        }
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
