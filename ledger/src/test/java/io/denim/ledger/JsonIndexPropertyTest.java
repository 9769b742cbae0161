package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor.PagedResults;
import io.denim.ledger.QueryExecutor.Results;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random queries on random values: the same values lie in a namespace with indexes, which come and
/// change while it is written to, and in one without. Both give the same results, the first also
/// page by page, and after the ledger is opened again.
class JsonIndexPropertyTest {
  private static final int ROUNDS = 40;
  private static final int QUERIES = 12;
  private static final String[] FIELDS = {"a", "b", "c.d", "c.e"};

  @TempDir private Path directory;
  private Random random = new Random(0);
  private LedgerProvider provider;
  private PeerLedger ledger;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void indexedResultsAreThoseOfAScan(long seed) throws Exception {
    random = new Random(seed);
    open();
    ledger = provider.create(TestChain.genesis());
    for (int round = 0; round < ROUNDS; round++) {
      write();
      if (random.nextInt(5) == 0) {
        index();
      }
      if (random.nextInt(10) == 0) {
        provider.close();
        open();
        ledger = provider.open(TestChain.CHANNEL);
      }
      for (int i = 0; i < QUERIES; i++) {
        compare(selector(2));
      }
    }
    provider.close();
  }

  private void open() {
    LedgerOptions options =
        new LedgerOptions(
            directory,
            directory.resolveSibling("snapshots"),
            true,
            100_000,
            new LedgerOptions.Queries.Embedded(7));
    provider = LedgerProvider.open(options, (channel, namespace, state) -> Optional.empty());
  }

  private void write() throws Exception {
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      for (int i = 0; i < 4; i++) {
        String key = "k" + random.nextInt(40);
        ByteString value =
            switch (random.nextInt(8)) {
              case 0 -> ByteString.EMPTY;
              case 1 -> bytes("[no object");
              default -> bytes(object());
            };
        simulator.setState("indexed", key, value);
        simulator.setState("plain", key, value);
      }
      new TestChain(ledger).commit(simulator.results());
    }
  }

  private void index() {
    List<String> fields = new ArrayList<>();
    for (String field : FIELDS) {
      if (random.nextInt(3) == 0) {
        fields.add(random.nextInt(fields.size() + 1), "\"" + field + "\"");
      }
    }
    if (fields.isEmpty()) {
      return;
    }
    String name = "i" + random.nextInt(3);
    String definition =
        "{\"index\":{\"fields\":%s},\"ddoc\":\"d\",\"name\":\"%s\"}".formatted(fields, name);
    ledger.deployIndexes(
        new ChaincodeIndexes(
            "indexed", new TreeMap<>(Map.of("f.json", bytes(definition))), Map.of()));
  }

  private void compare(String selector) throws Exception {
    String query = "{\"selector\":" + selector + "}";
    try (QueryExecutor executor = ledger.queryExecutor()) {
      List<String> indexed = all(executor.query("indexed", query));
      List<String> plain = all(executor.query("plain", query));
      assertThat(plain).as(query).isSorted();
      assertThat(new TreeSet<>(indexed)).as(query).isEqualTo(new TreeSet<>(plain));
      assertThat(indexed).as(query).doesNotHaveDuplicates();
      List<String> paged = new ArrayList<>();
      String bookmark = "";
      for (List<String> page = List.of(""); !page.isEmpty(); ) {
        PagedResults<KV> results =
            executor.queryPage("indexed", query, 1 + random.nextInt(9), bookmark);
        page = all(results);
        paged.addAll(page);
        bookmark = results.bookmark();
      }
      assertThat(paged).as(query).isEqualTo(indexed);
    }
  }

  private static List<String> all(Results<KV> results) throws Exception {
    List<String> found = new ArrayList<>();
    for (Optional<KV> kv = results.next(); kv.isPresent(); kv = results.next()) {
      found.add(kv.get().getKey() + " " + kv.get().getValue().toStringUtf8());
    }
    return found;
  }

  private String object() {
    List<String> members = new ArrayList<>();
    if (random.nextInt(5) > 0) {
      members.add("\"a\":" + value());
    }
    if (random.nextInt(5) > 0) {
      members.add("\"b\":" + value());
    }
    if (random.nextInt(5) > 0) {
      members.add("\"c\":{\"d\":%s,\"e\":%s}".formatted(value(), value()));
    }
    return "{" + String.join(",", members) + "}";
  }

  private String value() {
    String[] values = {
      "null",
      "true",
      "false",
      "1",
      "2",
      "3",
      "2.5",
      "-1",
      "\"x\"",
      "\"X\"",
      "\"xy\"",
      "\"\"",
      "[1]",
      "[]",
      "{\"x\":1}",
      "{}"
    };
    return values[random.nextInt(values.length)];
  }

  private String selector(int depth) {
    int kind = random.nextInt(depth > 0 ? 8 : 5);
    return switch (kind) {
      case 5 -> "{\"$and\":[" + selector(depth - 1) + "," + selector(depth - 1) + "]}";
      case 6 -> "{\"$or\":[" + selector(depth - 1) + "," + selector(depth - 1) + "]}";
      case 7 -> "{\"$not\":" + selector(depth - 1) + "}";
      case 4 -> "{\"a\":%s,\"b\":%s}".formatted(condition(), condition());
      default -> "{\"%s\":%s}".formatted(FIELDS[random.nextInt(FIELDS.length)], condition());
    };
  }

  private String condition() {
    String[] operators = {"$eq", "$gt", "$gte", "$lt", "$lte", "$ne"};
    return switch (random.nextInt(6)) {
      case 0 -> value();
      case 1 -> "{\"$in\":[%s,%s]}".formatted(value(), value());
      case 2 -> "{\"$exists\":%s}".formatted(random.nextBoolean());
      case 3 ->
          "{\"%s\":%s,\"%s\":%s}"
              .formatted(
                  operators[1 + random.nextInt(2)],
                  value(),
                  operators[3 + random.nextInt(2)],
                  value());
      default -> "{\"%s\":%s}".formatted(operators[random.nextInt(6)], value());
    };
  }
}
