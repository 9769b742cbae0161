package io.denim.ledger;

import static io.denim.ledger.TestChain.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.ledger.queryresult.KV;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random transactions on few keys, in blocks and groups of blocks, against a naive model; with
/// crashes, after which the ledger must hold exactly what the whole blocks in its files say.
class LedgerPropertyTest {
  private static final int KEYS = 8;
  private static final int ROUNDS = 50;

  @TempDir private Path directory;
  private Random random = new Random(0);

  /// The model's states, by height.
  private final List<TreeMap<String, Entry>> states = new ArrayList<>();

  private record Entry(ByteString value, Height version) {}

  /// A simulated transaction with what the model says of it.
  private record Simulated(
      SimulationResults results,
      Map<String, Optional<Height>> reads,
      Optional<Range> range,
      Map<String, Optional<ByteString>> writes) {}

  private record Range(String start, String end, Map<String, Height> found) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void verdictsAndStatesAreTheModelsAlsoAcrossCrashes(long seed) throws Exception {
    random = new Random(seed);
    Path home = directory.resolve("run");
    Path older = directory.resolve("older");
    LedgerProvider provider = open(home);
    PeerLedger ledger = provider.create(TestChain.genesis());
    states.add(new TreeMap<>());
    for (int round = 0; round < ROUNDS; round++) {
      commitSome(ledger);
      if (random.nextInt(6) == 0) {
        provider.close();
        IndexRebuild.deleteTree(older);
        copy(home.resolve("denim"), older);
        provider = open(home);
        ledger = provider.open(TestChain.CHANNEL);
        assertState(ledger, states.getLast());
      }
      if (random.nextInt(12) == 0) {
        provider.close();
        crash(home, older);
        provider = open(home);
        ledger = provider.open(TestChain.CHANNEL);
        states.subList((int) ledger.height(), states.size()).clear();
        assertState(ledger, states.getLast());
      }
    }
    assertState(ledger, states.getLast());
    provider.close();
  }

  private LedgerProvider open(Path home) {
    return LedgerProvider.open(
        new LedgerOptions(home, true, 4_000), (channel, namespace, state) -> Optional.empty());
  }

  private void commitSome(PeerLedger ledger) throws Exception {
    List<List<SimulationResults>> group = new ArrayList<>();
    List<List<TxValidationCode>> expected = new ArrayList<>();
    List<Simulated> simulated = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      simulated.add(simulate(ledger));
    }
    int at = 0;
    while (at < count) {
      int end = Math.min(count, at + 1 + random.nextInt(4));
      List<SimulationResults> block = new ArrayList<>();
      simulated.subList(at, end).forEach(one -> block.add(one.results()));
      group.add(block);
      expected.add(applyToModel(simulated.subList(at, end)));
      at = end;
    }
    List<CommittedBlock> committed = new TestChain(ledger).commitGroup(group);
    for (int i = 0; i < committed.size(); i++) {
      assertThat(committed.get(i).codes()).isEqualTo(expected.get(i));
    }
    assertState(ledger, states.getLast());
  }

  private Simulated simulate(PeerLedger ledger) throws SimulationException {
    TreeMap<String, Entry> state = states.getLast();
    Map<String, Optional<Height>> reads = new TreeMap<>();
    Map<String, Optional<ByteString>> writes = new TreeMap<>();
    try (TransactionSimulator simulator = ledger.simulator("t")) {
      for (int i = random.nextInt(2); i > 0; i--) {
        String key = key();
        Optional<ByteString> value = simulator.state("cc", key);
        Optional<Entry> entry = Optional.ofNullable(state.get(key));
        assertThat(value).isEqualTo(entry.map(Entry::value));
        reads.put(key, entry.map(Entry::version));
      }
      Optional<Range> range =
          random.nextInt(3) == 0 ? Optional.of(readRange(simulator, state)) : Optional.empty();
      for (int i = random.nextInt(3); i > 0; i--) {
        String key = key();
        if (random.nextInt(4) == 0) {
          simulator.deleteState("cc", key);
          writes.put(key, Optional.empty());
        } else {
          ByteString value = bytes("v" + random.nextInt(1_000));
          simulator.setState("cc", key, value);
          writes.put(key, Optional.of(value));
        }
      }
      return new Simulated(simulator.results(), reads, range, writes);
    }
  }

  private Range readRange(TransactionSimulator simulator, NavigableMap<String, Entry> state)
      throws SimulationException {
    String start = key();
    String end = key();
    Map<String, Height> found = new TreeMap<>();
    try (var results = simulator.stateRange("cc", start, end)) {
      for (Optional<KV> kv = results.next(); kv.isPresent(); kv = results.next()) {
        found.put(kv.get().getKey(), state.get(kv.get().getKey()).version());
      }
    }
    assertThat(found.keySet()).isEqualTo(inRange(state, start, end).keySet());
    return new Range(start, end, found);
  }

  private static Map<String, Entry> inRange(
      NavigableMap<String, Entry> state, String start, String end) {
    return start.compareTo(end) >= 0 ? Map.of() : state.subMap(start, end);
  }

  private String key() {
    return "k" + random.nextInt(KEYS);
  }

  private List<TxValidationCode> applyToModel(List<Simulated> block) {
    TreeMap<String, Entry> state = new TreeMap<>(states.getLast());
    Set<String> touched = new HashSet<>();
    List<TxValidationCode> codes = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      Simulated transaction = block.get(i);
      TxValidationCode code = judge(transaction, state, touched);
      codes.add(code);
      if (code == TxValidationCode.VALID) {
        Height height = new Height(states.size(), i);
        transaction
            .writes()
            .forEach((key, value) -> {
              touched.add(key);
              if (value.isPresent()) {
                state.put(key, new Entry(value.get(), height));
              } else {
                state.remove(key);
              }
            });
      }
    }
    states.add(state);
    return codes;
  }

  private static TxValidationCode judge(
      Simulated transaction, NavigableMap<String, Entry> state, Set<String> touched) {
    for (Map.Entry<String, Optional<Height>> read : transaction.reads().entrySet()) {
      Optional<Height> now = Optional.ofNullable(state.get(read.getKey())).map(Entry::version);
      if (touched.contains(read.getKey()) || !now.equals(read.getValue())) {
        return TxValidationCode.MVCC_READ_CONFLICT;
      }
    }
    if (transaction.range().isPresent()) {
      Range range = transaction.range().get();
      Map<String, Height> now = new TreeMap<>();
      inRange(state, range.start(), range.end())
          .forEach((key, entry) -> now.put(key, entry.version()));
      if (!now.equals(range.found())) {
        return TxValidationCode.PHANTOM_READ_CONFLICT;
      }
    }
    return TxValidationCode.VALID;
  }

  private static void assertState(PeerLedger ledger, NavigableMap<String, Entry> expected) {
    TreeMap<String, Entry> found = new TreeMap<>();
    try (SnapshotView view = ((KvLedger) ledger).view();
        StateReader.Cursor cursor = view.state().range("cc", ByteString.EMPTY, ByteString.EMPTY)) {
      for (var entry = cursor.next(); entry != null; entry = cursor.next()) {
        found.put(
            entry.key().toStringUtf8(),
            new Entry(entry.value().present(), entry.value().version()));
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  /// Leaves what a crash may leave: databases as they were some blocks ago, and block files without
  /// some of their last bytes.
  private void crash(Path home, Path older) throws IOException {
    IndexRebuild.deleteTree(home.resolve("denim"));
    if (Files.exists(older)) {
      copy(older, home.resolve("denim"));
    }
    cutLastBlocks(home);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /// Cuts the last block file anywhere behind the genesis block.
  private void cutLastBlocks(Path home) throws IOException {
    Path blocks = home.resolve("chains/chains").resolve(TestChain.CHANNEL);
    int last = 0;
    while (Files.exists(BlockFiles.path(blocks, last + 1))) {
      last++;
    }
    int keep = last == 0 ? BlockFormat.frame(TestChain.genesis()).length + 64 : 0;
    try (RandomAccessFile file =
        new RandomAccessFile(BlockFiles.path(blocks, last).toFile(), "rw")) {
      if (file.length() > keep) {
        file.setLength(keep + random.nextLong(file.length() - keep + 1));
      }
    }
  }
}
