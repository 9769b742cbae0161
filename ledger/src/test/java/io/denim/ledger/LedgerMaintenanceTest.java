package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerMaintenanceTest {
  private static final int LAST = 9;

  @TempDir private Path directory;
  private LedgerOptions options;
  private final List<Block> blocks = new ArrayList<>();

  @BeforeEach
  void makeChain() throws Exception {
    options = new LedgerOptions(directory.resolve("ledgersData"), true, 3_000);
    try (LedgerProvider provider = open()) {
      PeerLedger ledger = provider.create(TestChain.genesis());
      TestChain chain = new TestChain(ledger);
      for (int i = 1; i <= LAST; i++) {
        try (TransactionSimulator simulator = ledger.simulator("t")) {
          simulator.setState("cc", "k", bytes("v" + i));
          simulator.setPrivateData("cc", "coll", "p" + i, bytes("secret" + i));
          blocks.add(chain.commit(simulator.results()).block());
        }
      }
    }
  }

  private LedgerProvider open() {
    return LedgerProvider.open(
        options,
        (channel, namespace, state) ->
            Optional.of(List.of(StaticCollectionConfig.newBuilder().setName("coll").build())));
  }

  @Test
  void databasesAreBuiltAnew() throws Exception {
    LedgerMaintenance.rebuildDatabases(options);
    assertState(LAST);
  }

  @Test
  void aChannelIsRolledBackAndCatchesUpWithThePrivateDataItKept() throws Exception {
    assertThatThrownBy(() -> LedgerMaintenance.rollback(options, TestChain.CHANNEL, LAST))
        .hasMessage("target block number [9] should be less than the biggest block number [9]");
    LedgerMaintenance.rollback(options, TestChain.CHANNEL, 4);
    assertState(4);
    LedgerMaintenance.reset(options);
    try (LedgerProvider provider = open()) {
      PeerLedger ledger = provider.open(TestChain.CHANNEL);
      assertThat(ledger.height()).isEqualTo(1);
      assertThat(ledger.heightBeforeReset()).contains(LAST + 1L);
      assertThat(blocks)
          .anySatisfy(block ->
              assertThat(ledger.keptPrivateData(block.getHeader().getNumber())).isNotEmpty());
      for (Block block : blocks) {
        ledger.commit(
            new CommitBlock(
                block,
                List.of(
                    StoredTransaction.parse(block.getData().getData(0)).orElseThrow().checked()),
                BlockPrivateData.NONE));
        assertThat(ledger.blockByNumber(block.getHeader().getNumber())).contains(block);
      }
      assertThat(ledger.missingPrivateData(-1, 10, collection -> true)).isEmpty();
      assertThat(ledger.heightBeforeReset()).isEmpty();
    }
    assertState(LAST);
    try (Stream<Path> files = Files.walk(options.root())) {
      assertThat(files).noneMatch(file -> file.endsWith("__preResetHeight"));
    }
  }

  @Test
  void aPausedChannelIsNotOpened() {
    LedgerMaintenance.pause(options, TestChain.CHANNEL);
    try (LedgerProvider provider = open()) {
      assertThat(provider.channels()).isEmpty();
      assertThatThrownBy(() -> provider.open(TestChain.CHANNEL))
          .hasMessage("cannot open ledger [testchannel], ledger status is [INACTIVE]");
      assertThatThrownBy(() -> LedgerMaintenance.resume(options, TestChain.CHANNEL))
          .hasMessageStartingWith("as another peer node command is executing, wait for that");
    }
    LedgerMaintenance.resume(options, TestChain.CHANNEL);
    try (LedgerProvider provider = open()) {
      assertThat(provider.channels()).containsExactly(TestChain.CHANNEL);
    }
  }

  @Test
  void anUnjoinedChannelLeavesNothing() throws Exception {
    LedgerMaintenance.unjoin(options, TestChain.CHANNEL);
    try (LedgerProvider provider = open()) {
      assertThat(provider.channels()).isEmpty();
      assertThat(Files.exists(options.root().resolve("denim/testchannel"))).isFalse();
      provider.create(TestChain.genesis());
    }
  }

  private void assertState(int last) throws Exception {
    try (LedgerProvider provider = open()) {
      PeerLedger ledger = provider.open(TestChain.CHANNEL);
      assertThat(ledger.height()).isEqualTo(last + 1);
      try (QueryExecutor executor = ledger.queryExecutor()) {
        assertThat(executor.state("cc", "k")).contains(bytes("v" + last));
        for (int i = 1; i <= last; i++) {
          assertThat(executor.privateData("cc", "coll", "p" + i)).contains(bytes("secret" + i));
        }
      }
    }
  }
}
