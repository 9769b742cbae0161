package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.denim.ledger.QueryExecutor.PagedResults;
import io.denim.ledger.QueryExecutor.Results;
import io.denim.ledger.couch.CouchSettings;
import io.denim.ledger.couch.DatabaseNames;
import io.denim.ledger.json.Document;
import io.denim.ledger.json.Json;
import io.denim.ledger.json.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A CouchDB server beside the ledger, by its protocol.
class CouchMirrorTest {
  private static final CollectionSource COLLECTIONS =
      (channel, namespace, state) ->
          Optional.of(List.of(StaticCollectionConfig.newBuilder().setName("Secret").build()));

  private static final String DATABASE = "testchannel_my$c$c";

  @TempDir private Path directory;
  private CouchProtocolServer server;
  private LedgerProvider provider;
  private PeerLedger ledger;

  @BeforeEach
  void start() throws Exception {
    server = new CouchProtocolServer(0);
    provider = provider("couch", couch());
    ledger = provider.create(TestChain.genesis());
  }

  @AfterEach
  void close() {
    provider.close();
    server.close();
  }

  private LedgerOptions.Queries couch() {
    return new LedgerOptions.Queries.CouchDb(
        new CouchSettings(
            "127.0.0.1:" + server.port(),
            new CouchSettings.Login("admin", "adminpw"),
            1,
            1,
            Duration.ofSeconds(10),
            5,
            3));
  }

  private LedgerProvider provider(String name, LedgerOptions.Queries queries) {
    Path root = directory.resolve(name);
    return LedgerProvider.open(
        new LedgerOptions(
            root, root.resolve("snapshots"), true, LedgerOptions.BLOCK_FILE_SIZE, queries),
        COLLECTIONS);
  }

  private void open() {
    provider = provider("couch", couch());
    ledger = provider.open(TestChain.CHANNEL);
  }

  @Test
  void valuesLieInCouchDbAsFabricPutsThemThere() throws Exception {
    put(ledger, "k", "{\"b\":1.0,\"a\":\"x\"}");
    put(ledger, "binary", "no JSON");
    put(ledger, "gone", "{}");
    put(ledger, "gone", "");
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setPrivateData("myCC", "Secret", "p", bytes("{\"c\":1}"));
      new TestChain(ledger).commit(simulator.results());
    }
    assertThat(server.names())
        .contains("_users", "fabric__internal", "testchannel_", DATABASE, DATABASE + "$$p$secret");
    Map<String, Json.Obj> documents = server.documents(DATABASE);
    assertThat(documents).containsOnlyKeys("k", "binary");
    assertThat(JsonText.of(documents.get("k").without("_rev")))
        .isEqualTo("{\"_id\":\"k\",\"a\":\"x\",\"b\":1,\"~version\":\"CgMBAQA=\"}");
    assertThat(JsonText.of(documents.get("binary").members().get(Document.ATTACHMENTS)))
        .isEqualTo(
            "{\"valueBytes\":{\"content_type\":\"application/octet-stream\",\"data\":\"bm8gSlNPTg==\"}}");
    assertThat(JsonText.of(server.documents("testchannel_").get("statedb_savepoint")))
        .contains("\"BlockNum\":5", "\"TxNum\":0");
    assertThat(JsonText.of(server.documents("testchannel_").get("channel_metadata")))
        .contains("\"myCC\":{\"DBName\":\"testchannel_my$c$c\",\"Namespace\":\"myCC\"}");
  }

  @Test
  void bothEnginesGiveTheSameAnswers() throws Exception {
    try (LedgerProvider other = provider("embedded", new LedgerOptions.Queries.Embedded(5))) {
      PeerLedger embedded = other.create(TestChain.genesis());
      Random random = new Random(7);
      ChaincodeIndexes indexes =
          ChaincodeIndexes.among(
              "myCC",
              Map.of(
                  "META-INF/statedb/couchdb/indexes/a.json",
                  bytes("{\"index\":{\"fields\":[\"color\",\"size\"]},\"ddoc\":\"d\"}")));
      for (int i = 0; i < 60; i++) {
        String key = "k" + random.nextInt(30);
        String value =
            switch (random.nextInt(6)) {
              case 0 -> "";
              case 1 -> "text " + i;
              default ->
                  "{\"color\":\"%s\",\"size\":%d,\"n\":{\"i\":%d}}"
                      .formatted(random.nextBoolean() ? "Blue" : "blue", random.nextInt(5), i);
            };
        put(ledger, key, value);
        put(embedded, key, value);
        if (i == 30) {
          ledger.deployIndexes(indexes);
          embedded.deployIndexes(indexes);
        }
      }
      for (String query :
          List.of(
              "{\"selector\":{}}",
              "{\"selector\":{\"color\":\"blue\"}}",
              "{\"selector\":{\"color\":{\"$gt\":\"blue\"},\"size\":{\"$lt\":3}}}",
              "{\"selector\":{\"color\":\"Blue\"},\"sort\":[{\"size\":\"desc\"}]}",
              "{\"selector\":{\"n.i\":{\"$mod\":[2,1]}},\"fields\":[\"n.i\"]}",
              "{\"selector\":{\"size\":2},\"skip\":1}",
              "{\"selector\":{\"_id\":{\"$gte\":\"k2\"}},\"sort\":[\"_id\"]}")) {
        assertThat(all(ledger, query)).as(query).isNotEmpty().isEqualTo(all(embedded, query));
        assertThat(pages(ledger, query)).as(query).isEqualTo(pages(embedded, query));
      }
      for (String query :
          List.of("{\"selector\":{\"size\":1},\"sort\":[\"n\"]}", "{\"selector\":[]}", "{")) {
        assertThat(refusal(ledger, query)).isEqualTo(refusal(embedded, query));
      }
      assertThat(server.indexes(DATABASE)).hasSize(1);
    }
  }

  @Test
  void whatCouchDbCannotHoldIsRefusedWhenWrittenAndWhenCommitted() throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      assertThatThrownBy(() -> simulator.setState("myCC", "_k", bytes("1")))
          .hasMessage("invalid key [_k], cannot begin with \"_\"");
      assertThatThrownBy(() -> simulator.setState("myCC", "k", bytes("{\"~version\":1}")))
          .hasMessage("field [~version] is not valid for the CouchDB state database");
    }
    try (LedgerProvider other = provider("embedded", new LedgerOptions.Queries.Embedded(5));
        TransactionSimulator simulator = other.create(TestChain.genesis()).simulator("elsewhere")) {
      simulator.setState("myCC", "k", bytes("{\"_n\":1}"));
      assertThat(new TestChain(ledger).commit(simulator.results()).codes())
          .containsExactly(TxValidationCode.INVALID_WRITESET);
    }
  }

  @Test
  void aServerThatFailsIsAskedAgainAndOneThatIsDownStopsNoCommit() throws Exception {
    server.fail(1);
    put(ledger, "a", "{\"n\":1}");
    assertThat(all(ledger, "{\"selector\":{\"n\":1}}")).hasSize(1);
    server.fail(2);
    put(ledger, "b", "{\"n\":1}");
    assertThat(ledger.height()).isEqualTo(3);
    assertThatThrownBy(() -> all(ledger, "{\"selector\":{\"n\":1}}"))
        .hasMessageStartingWith(
            "the CouchDB server lags behind the ledger: error handling CouchDB");
    put(ledger, "c", "{\"n\":1}");
    assertThat(all(ledger, "{\"selector\":{\"n\":1}}")).hasSize(3);
  }

  @Test
  void aServerThatLagsOrWasWipedCatchesUpWhenTheLedgerOpens() throws Exception {
    for (int i = 0; i < 12; i++) {
      put(ledger, "k" + i, "{\"n\":1}");
    }
    server.fail(2);
    put(ledger, "late", "{\"n\":1}");
    provider.close();
    open();
    assertThat(server.documents(DATABASE)).hasSize(13);
    provider.close();
    server.wipe();
    open();
    assertThat(server.documents(DATABASE)).hasSize(13);
    put(ledger, "k0", "");
    assertThat(all(ledger, "{\"selector\":{\"n\":1}}")).hasSize(12);
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    provider.close();
    server.close();
    assertThatThrownBy(this::open)
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("needs the CouchDB server at 127.0.0.1:" + server.port());
    provider.close();
    assertThat(directory).exists();
  }

  @Test
  void longAndUppercaseNamesAreMappedAsFabricMapsThem() {
    assertThat(DatabaseNames.ofChannel("my.channel")).isEqualTo("my$channel_");
    assertThat(DatabaseNames.of("ch", "myCC$$pColl")).isEqualTo("ch_my$c$c$$p$coll");
    String name = DatabaseNames.of("c".repeat(60), "n".repeat(100) + "$$h" + "x".repeat(100));
    assertThat(name)
        .startsWith("c".repeat(50) + "_" + "n".repeat(50) + "$$h" + "x".repeat(49) + "(")
        .endsWith(")")
        .hasSize(50 + 1 + 50 + 2 + 50 + 66);
  }

  private static void put(PeerLedger ledger, String key, String value) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      simulator.setState("myCC", key, bytes(value));
      new TestChain(ledger).commit(simulator.results());
    }
  }

  private static List<String> all(PeerLedger ledger, String query) throws Exception {
    try (QueryExecutor executor = ledger.queryExecutor()) {
      return read(executor.query("myCC", query));
    }
  }

  private static List<String> pages(PeerLedger ledger, String query) throws Exception {
    List<String> pages = new ArrayList<>();
    String bookmark = "";
    try (QueryExecutor executor = ledger.queryExecutor()) {
      for (List<String> page = List.of(""); !page.isEmpty(); ) {
        PagedResults<KV> results = executor.queryPage("myCC", query, 2, bookmark);
        page = read(results);
        bookmark = results.bookmark();
        pages.add(page + bookmark);
      }
    }
    return pages;
  }

  private static String refusal(PeerLedger ledger, String query) {
    try {
      return "not refused: " + all(ledger, query);
    } catch (Exception e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<String> read(Results<KV> results) throws Exception {
    List<String> found = new ArrayList<>();
    for (Optional<KV> kv = results.next(); kv.isPresent(); kv = results.next()) {
      found.add(kv.get().getKey() + "=" + kv.get().getValue().toStringUtf8());
    }
    return found;
  }
}
