package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor.PagedResults;
import io.denim.ledger.QueryExecutor.Results;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// JSON queries on the embedded state, as chaincodes make them.
class JsonQueryTest {
  private static final CollectionSource COLLECTIONS =
      (channel, namespace, state) ->
          Optional.of(List.of(StaticCollectionConfig.newBuilder().setName("secret").build()));

  @TempDir private Path directory;
  private LedgerProvider provider;
  private PeerLedger ledger;
  private TestChain chain;

  @BeforeEach
  void open() throws Exception {
    provider = LedgerProvider.open(LedgerOptions.at(directory), COLLECTIONS);
    ledger = provider.create(TestChain.genesis());
    chain = new TestChain(ledger);
    put("a1", "{\"owner\":\"tom\",\"size\":5,\"color\":\"<red>\"}");
    put("a2", "{\"size\":7.0,\"owner\":\"jane\"}");
    put("a3", "{\"owner\":\"tom\",\"size\":1}");
    put("b", "no JSON");
    put("c", "[1]");
    put("r", "{\"_owner\":\"tom\",\"owner\":\"tom\"}");
    put("_u", "{\"owner\":\"tom\"}");
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void findsObjectsInTheOrderOfTheirKeysAndSpellsThemAsCouchDbDoes() throws Exception {
    assertThat(query("{\"selector\":{\"owner\":\"tom\"}}"))
        .containsExactly(
            "a1={\"color\":\"\\u003cred\\u003e\",\"owner\":\"tom\",\"size\":5}",
            "a3={\"owner\":\"tom\",\"size\":1}");
    assertThat(query("{\"selector\":{\"size\":{\"$gt\":1}},\"fields\":[\"size\"],\"limit\":1}"))
        .containsExactly("a1={\"size\":5}", "a2={\"size\":7}");
    assertThat(query("{\"selector\":{\"_id\":{\"$gt\":\"a3\"}}}"))
        .containsExactly("b=no JSON", "c=[1]");
  }

  @Test
  void sortsOnlyByAnIndex() throws Exception {
    String sorted = "{\"selector\":{\"owner\":\"tom\"},\"sort\":[{\"size\":\"desc\"}]}";
    assertThatThrownBy(() -> query(sorted))
        .isInstanceOf(SimulationException.class)
        .hasMessage(
            "error handling CouchDB request. Error:no_usable_index,  Status Code:400,  Reason:No"
                + " index exists for this sort, try indexing by the sort fields.");
    index("{\"index\":{\"fields\":[\"owner\",\"size\"]},\"ddoc\":\"d\",\"name\":\"n\"}");
    assertThat(query(sorted)).hasSize(2).first().asString().startsWith("a1=");
    put("a3", "{\"owner\":\"tom\",\"size\":50}");
    assertThat(query(sorted)).hasSize(2).first().asString().startsWith("a3=");
    put("a3", "gone");
    assertThat(query(sorted)).hasSize(1);
    provider.close();
    provider = LedgerProvider.open(LedgerOptions.at(directory), COLLECTIONS);
    ledger = provider.open(TestChain.CHANNEL);
    assertThat(query(sorted)).hasSize(1).first().asString().startsWith("a1=");
  }

  @Test
  void pagesEndWithBookmarks() throws Exception {
    String all = "{\"selector\":{\"owner\":{\"$exists\":true}}}";
    List<String> pages = new ArrayList<>();
    String bookmark = "";
    for (int i = 0; i < 3; i++) {
      try (QueryExecutor executor = ledger.queryExecutor()) {
        PagedResults<KV> page = executor.queryPage("cc", all, 2, bookmark);
        pages.add(String.join(",", keys(page)));
        bookmark = page.bookmark();
      }
    }
    assertThat(pages).containsExactly("a1,a2", "a3", "");
    try (QueryExecutor executor = ledger.queryExecutor()) {
      PagedResults<KV> none = executor.queryPage("cc", "{\"selector\":{\"x\":1}}", 2, "");
      assertThat(keys(none)).isEmpty();
      assertThat(none.bookmark()).isEqualTo("nil");
      assertThatThrownBy(() -> executor.queryPage("cc", all, 2, "nil"))
          .hasMessage(
              "error handling CouchDB request. Error:invalid_bookmark,  Status Code:400, "
                  + " Reason:Invalid bookmark value: \"nil\"");
    }
  }

  @Test
  void resultsAreRecordedAsReadsOfTheirKeysAndPhantomsAreNotLookedFor() throws Exception {
    String toms = "{\"selector\":{\"owner\":\"tom\"}}";
    SimulationResults first = simulate(toms);
    SimulationResults second = simulate(toms);
    KVRWSet set = TxRwSet.parse(first.publicReadWriteSet()).namespaces().getFirst().kvRwSet();
    assertThat(set.getReadsList()).extracting(read -> read.getKey()).containsExactly("a1", "a3");
    assertThat(set.getRangeQueriesInfoList()).isEmpty();
    put("a0", "{\"owner\":\"tom\"}");
    assertThat(chain.commit(first).codes()).containsExactly(TxValidationCode.VALID);
    put("a1", "{\"owner\":\"nobody\"}");
    assertThat(chain.commit(second).codes()).containsExactly(TxValidationCode.MVCC_READ_CONFLICT);
  }

  private SimulationResults simulate(String query) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      keys(simulator.query("cc", query));
      simulator.setState("cc", "seen", bytes("1"));
      return simulator.results();
    }
  }

  @Test
  void privateCollectionsHaveQueriesAndIndexesOfTheirOwn() throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("cc", "secret", "p1", bytes("{\"owner\":\"tom\",\"n\":1}"));
      simulator.setPrivateData("cc", "secret", "p2", bytes("{\"owner\":\"tom\",\"n\":2}"));
      chain.commit(simulator.results());
    }
    ledger.deployIndexes(
        ChaincodeIndexes.among(
            "cc",
            Map.of(
                "META-INF/statedb/couchdb/collections/secret/indexes/i.json",
                bytes("{\"index\":{\"fields\":[\"n\"]}}"))));
    try (QueryExecutor executor = ledger.queryExecutor()) {
      String query = "{\"selector\":{\"owner\":\"tom\"},\"sort\":[{\"n\":\"desc\"}]}";
      assertThat(keys(executor.queryPrivateData("cc", "secret", query)))
          .containsExactly("p2", "p1");
      assertThatThrownBy(() -> executor.query("cc", query)).hasMessageContaining("no_usable_index");
    }
  }

  @Test
  void queriesThatAreNoQueriesAreRefused() {
    assertThatThrownBy(() -> query("{")).hasMessage("unexpected end of JSON input");
    assertThatThrownBy(() -> query("x"))
        .hasMessage("invalid character 'x' looking for beginning of value");
    assertThatThrownBy(() -> query("{\"fields\":\"a\"}"))
        .hasMessage("fields definition must be an array");
    assertThatThrownBy(() -> query("{\"where\":1,\"selector\":{}}"))
        .hasMessageContaining("Invalid key where for this request.");
  }

  @Test
  void anIndexThatIsNoneIsLeftOut() throws Exception {
    index("{\"index\":{\"fields\":[]");
    index("{\"index\":{\"fields\":[{\"a\":\"asc\"},{\"b\":\"desc\"}]}}");
    assertThat(query("{\"selector\":{\"owner\":\"jane\"}}")).hasSize(1);
  }

  @Test
  void withoutQueriesThePeerAnswersAsGoleveldbDoes() throws Exception {
    provider.close();
    LedgerOptions options =
        new LedgerOptions(
            directory,
            directory.resolveSibling("snapshots"),
            true,
            LedgerOptions.BLOCK_FILE_SIZE,
            new LedgerOptions.Queries.None());
    provider = LedgerProvider.open(options, COLLECTIONS);
    ledger = provider.open(TestChain.CHANNEL);
    assertThatThrownBy(() -> query("{}")).hasMessage("ExecuteQuery not supported for leveldb");
    try (QueryExecutor executor = ledger.queryExecutor()) {
      assertThatThrownBy(() -> executor.queryPage("cc", "{}", 2, ""))
          .hasMessage("ExecuteQueryWithMetadata not supported for leveldb");
    }
  }

  private void index(String definition) {
    ledger.deployIndexes(
        new ChaincodeIndexes("cc", new TreeMap<>(Map.of("i.json", bytes(definition))), Map.of()));
  }

  private void put(String key, String value) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("cc", key, bytes(value));
      new TestChain(ledger).commit(simulator.results());
    }
  }

  private List<String> query(String query) throws Exception {
    try (QueryExecutor executor = ledger.queryExecutor();
        Results<KV> results = executor.query("cc", query)) {
      List<String> found = new ArrayList<>();
      for (Optional<KV> kv = results.next(); kv.isPresent(); kv = results.next()) {
        ByteString value = kv.get().getValue();
        found.add(kv.get().getKey() + "=" + value.toStringUtf8());
      }
      return found;
    }
  }

  private static List<String> keys(Results<KV> results) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Optional<KV> kv = results.next(); kv.isPresent(); kv = results.next()) {
      keys.add(kv.get().getKey());
    }
    return keys;
  }
}
