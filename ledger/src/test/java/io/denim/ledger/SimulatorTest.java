package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.ledger.PeerLedger.BlockOfPrivateData;
import io.denim.ledger.PeerLedger.MissingInBlock;
import io.denim.ledger.SimulationResults.WrittenKeys;
import io.denim.metrics.Metrics;
import io.denim.metrics.PrometheusText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.rwset.TxPvtReadWriteSet;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatorTest {
  private static final CollectionSource COLLECTIONS =
      (channel, namespace, state) ->
          namespace.equals("cc")
              ? Optional.of(List.of(collection("secret", 0), collection("brief", 1)))
              : Optional.empty();

  @TempDir private Path directory;
  private final Metrics metrics = new Metrics();
  private LedgerProvider provider;
  private PeerLedger ledger;
  private TestChain chain;

  @BeforeEach
  void open() {
    provider =
        LedgerProvider.open(
            LedgerOptions.at(directory), COLLECTIONS, LedgerProvider.Followers.of(metrics));
    ledger = provider.create(TestChain.genesis());
    chain = new TestChain(ledger);
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private static StaticCollectionConfig collection(String name, int blockToLive) {
    return StaticCollectionConfig.newBuilder().setName(name).setBlockToLive(blockToLive).build();
  }

  @Test
  void aSimulationDoesNotSeeItsOwnWritesNorLaterBlocks() throws Exception {
    put("a", "1");
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("cc", "a", bytes("own"));
      put("a", "2");
      assertThat(simulator.state("cc", "a")).contains(bytes("1"));
      assertThat(chain.commit(simulator.results()).codes())
          .containsExactly(TxValidationCode.MVCC_READ_CONFLICT);
    }
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThat(executor.state("cc", "a")).contains(bytes("2"));
    }
  }

  @Test
  void commitsAreCountedUnderFabricsNames() throws Exception {
    put("a", "1");
    put("a", "2");
    String text = PrometheusText.of(metrics);
    assertThat(text)
        .contains("ledger_blockchain_height{channel=\"testchannel\"} 3")
        .contains(
            "ledger_transaction_count{channel=\"testchannel\",transaction_type=\"ENDORSER_TRANSACTION\",chaincode=\"unknown\",validation_code=\"VALID\"}"
                + " 2")
        .contains("ledger_block_processing_time_count{channel=\"testchannel\"} 3")
        .contains("ledger_statedb_commit_time_count{channel=\"testchannel\"} 3");
  }

  @Test
  void keysAreOrderedByTheirBytes() throws Exception {
    String astral = "\uD83D\uDE00"; // four bytes of UTF-8, two surrogates in Java
    String high = "\uFFEE";
    put(astral, "1", high, "2", "a", "3", "", "4");
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThat(keys(executor.stateRange("cc", "", ""))).containsExactly("", "a", high, astral);
      assertThat(keys(executor.stateRange("cc", "a", astral))).containsExactly("a", high);
    }
  }

  @Test
  void aPageEndsWithTheBookmarkOfTheNext() throws Exception {
    for (int i = 0; i < 5; i++) {
      put("k" + i, "v");
    }
    try (QueryExecutor executor = ledger.queryExecutor()) {
      var page = executor.stateRangePage("cc", "k1", "", 3, "");
      assertThat(keys(page)).containsExactly("k1", "k2", "k3");
      assertThat(page.bookmark()).isEqualTo("k4");
      var last = executor.stateRangePage("cc", "k1", "", 3, "k4");
      assertThat(keys(last)).containsExactly("k4");
      assertThat(last.bookmark()).isEmpty();
      assertThat(keys(executor.stateRangePage("cc", "k1", "", -1, ""))).hasSize(4);
    }
  }

  @Test
  void whatExcludesWhatIsRefusedInFabricsWords() throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.stateRangePage("cc", "", "", 3, "").close();
      assertThatThrownBy(() -> simulator.setState("cc", "k", bytes("v")))
          .isInstanceOf(SimulationException.class)
          .hasMessage(
              "txid [t]: unsuppored transaction. Transaction has already performed a paginated"
                  + " query. Writes are not allowed");
    }
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("cc", "k", bytes("v"));
      assertThatThrownBy(() -> simulator.privateDataRange("cc", "secret", "", ""))
          .hasMessage(
              "txid [t]: unsuppored transaction. Queries on pvt data is supported only in a"
                  + " read-only transaction");
      assertThatThrownBy(() -> simulator.queryPrivateData("cc", "secret", "{}"))
          .hasMessage(
              "txid [t]: unsuppored transaction. Queries on pvt data is supported only in a"
                  + " read-only transaction");
      assertThatThrownBy(() -> simulator.setPrivateData("cc", "none", "k", bytes("v")))
          .hasMessage("collection [none] not defined in the collection config for chaincode [cc]");
      assertThatThrownBy(() -> simulator.privateData("other", "none", "k"))
          .hasMessage(
              "collection config not defined for chaincode [other], pass the collection"
                  + " configuration upon chaincode definition/instantiation");
      simulator.results();
      assertThatThrownBy(simulator::results)
          .hasMessage(
              "this function should only be called once on a transaction simulator instance");
    }
  }

  @Test
  void historyIsNewestFirstWithDeletes() throws Exception {
    put("a", "1");
    put("b", "other");
    put("a", "2");
    put("a", "");
    try (QueryExecutor executor = ledger.queryExecutor();
        var history = executor.history("cc", "a")) {
      List<String> seen = new ArrayList<>();
      for (var entry = history.next(); entry.isPresent(); entry = history.next()) {
        seen.add(entry.get().getValue().toStringUtf8() + entry.get().getIsDelete());
      }
      assertThat(seen).containsExactly("true", "2false", "1false");
    }
  }

  @Test
  void writtenKeysTellTheirCommittedPolicy() throws Exception {
    put("a", "1");
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setStateMetadata("cc", "a", Map.of("VALIDATION_PARAMETER", bytes("policy")));
      assertThat(simulator.results().writtenKeys()).isNotEmpty();
    }
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setStateMetadata("cc", "a", Map.of("VALIDATION_PARAMETER", bytes("policy")));
      chain.commit(simulator.results());
    }
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("cc", "a", bytes("2"));
      simulator.deletePrivateData("cc", "secret", "p");
      assertThat(simulator.results().writtenKeys())
          .containsExactlyInAnyOrder(
              new WrittenKeys("cc", "", Optional.of(bytes("policy"))),
              new WrittenKeys("cc", "secret", Optional.empty()));
    }
  }

  @Test
  void privateDataFollowsItsHashThroughMetadataExpiryAndPurge() throws Exception {
    putPrivate("secret", "p", "hidden");
    putPrivate("brief", "q", "short");
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      assertThat(simulator.privateData("cc", "secret", "p")).contains(bytes("hidden"));
      simulator.setPrivateDataMetadata("cc", "secret", "p", Map.of("m", bytes("1")));
      chain.commit(simulator.results());
    }
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      assertThat(simulator.privateData("cc", "secret", "p")).contains(bytes("hidden"));
      assertThat(simulator.privateDataMetadata("cc", "secret", "p")).containsEntry("m", bytes("1"));
      assertThat(simulator.privateData("cc", "brief", "q")).contains(bytes("short"));
      simulator.purgePrivateData("cc", "secret", "p");
      chain.commit(simulator.results());
    }
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThat(executor.privateData("cc", "secret", "p")).isEmpty();
      assertThat(executor.privateDataHash("cc", "brief", "q")).isEmpty();
      assertThat(executor.privateData("cc", "brief", "q")).isEmpty();
    }
    assertThat(ledger.privateData(1, name -> true).getFirst().writeSet().toString())
        .doesNotContain("hidden");
    assertThat(ledger.privateData(2, name -> true)).isEmpty();
  }

  @Test
  void missingPrivateDataComesLaterIfItIsRight() throws Exception {
    SimulationResults withheld;
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("cc", "secret", "p", bytes("hidden"));
      withheld = simulator.results();
    }
    CollectionName name = new CollectionName("cc", "secret");
    chain.commit(
        new SimulationResults(
            withheld.publicReadWriteSet(),
            Optional.empty(),
            withheld.writtenKeys(),
            withheld.privateReads()));
    assertThat(ledger.missingPrivateData(-1, 10, collection -> true))
        .containsExactly(new MissingInBlock(1, 0, name));
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThatThrownBy(() -> executor.privateData("cc", "secret", "p"))
          .hasMessage(
              "private data matching public hash version is not available. Public hash version ="
                  + " {BlockNum: 1, TxNum: 0}, Private data version = <nil>");
    }
    var right = new TxPvtData(0, withheld.privateReadWriteSet().orElseThrow());
    var wrong = new TxPvtData(0, garbled(right));
    assertThat(ledger.commitMissing(List.of(new BlockOfPrivateData(1, List.of(wrong)))))
        .containsExactly(new MissingInBlock(1, 0, name));
    assertThat(ledger.commitMissing(List.of(new BlockOfPrivateData(1, List.of(right))))).isEmpty();
    assertThat(ledger.missingPrivateData(-1, 10, collection -> true)).isEmpty();
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThat(executor.privateData("cc", "secret", "p")).contains(bytes("hidden"));
    }
  }

  @Test
  void executorsOutliveNeitherTheirLedgerNorCrashIt() throws Exception {
    put("a", "1");
    QueryExecutor executor = ledger.queryExecutor();
    var range = executor.stateRange("cc", "", "");
    provider.close();
    assertThatThrownBy(() -> executor.state("cc", "a")).isInstanceOf(LedgerException.class);
    assertThatThrownBy(range::next).isInstanceOf(LedgerException.class);
    executor.close();
  }

  private static TxPvtReadWriteSet garbled(TxPvtData data) {
    var set = data.writeSet().toBuilder();
    set.getNsPvtRwsetBuilder(0).getCollectionPvtRwsetBuilder(0).setRwset(bytes("no"));
    return set.build();
  }

  private void put(String... keysAndValues) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      for (int i = 0; i < keysAndValues.length; i += 2) {
        simulator.setState("cc", keysAndValues[i], bytes(keysAndValues[i + 1]));
      }
      assertThat(chain.commit(simulator.results()).codes()).containsExactly(TxValidationCode.VALID);
    }
  }

  private void putPrivate(String collection, String key, String value) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("cc", collection, key, bytes(value));
      chain.commit(simulator.results());
    }
  }

  private static List<String> keys(QueryExecutor.Results<KV> results) throws Exception {
    List<String> keys = new ArrayList<>();
    for (var kv = results.next(); kv.isPresent(); kv = results.next()) {
      keys.add(kv.get().getKey());
    }
    return keys;
  }

  @Test
  void aTransactionWritesNoMoreThanFitsIntoAMessage() throws Exception {
    ByteString part = ByteString.copyFrom(new byte[40 * 1024 * 1024]);
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("cc", "a", part);
      simulator.setState("cc", "b", part);
      assertThatThrownBy(() -> simulator.setState("cc", "c", part))
          .isInstanceOf(SimulationException.class)
          .hasMessageContaining("writes more than 104857600 bytes");
    }
  }
}
