package io.denim.benchmarks;

import com.google.protobuf.ByteString;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What state costs: a transaction that reads and writes one key of 100 bytes, simulated and
/// committed in blocks of 500 with a sync each, and reads of what is there.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class LedgerBenchmark {
  private static final int TRANSACTIONS = 500;
  private static final int KEYS = 100_000;
  private static final int RANGE = 100;
  private static final String NAMESPACE = "kv";
  private static final ByteString VALUE = ByteString.copyFrom(new byte[100]);

  private final Random random = new Random(1);
  private Path folder;
  private LedgerProvider provider;
  private PeerLedger ledger;
  private int written;
  private int transactions;

  @Setup
  public void fill() throws Exception {
    folder = Files.createTempDirectory("denim-benchmark");
    provider =
        LedgerProvider.open(
            LedgerOptions.at(folder), (channel, namespace, state) -> Optional.of(List.of()));
    ledger = provider.create(Envelopes.genesis());
    while (written < KEYS) {
      commitBlock();
    }
  }

  @TearDown
  public void remove() throws Exception {
    provider.close();
    Folders.delete(folder);
  }

  @Benchmark
  @OperationsPerInvocation(TRANSACTIONS)
  public CommittedBlock commitBlock() throws Exception {
    List<ByteString> envelopes = new ArrayList<>(TRANSACTIONS);
    List<CheckedTransaction> checked = new ArrayList<>(TRANSACTIONS);
    for (int i = 0; i < TRANSACTIONS; i++) {
      String txId = "tx" + transactions++;
      ByteString results = simulate(txId);
      envelopes.add(Envelopes.endorsed(txId, results));
      checked.add(new CheckedTransaction.Endorsed(TxRwSet.parse(results)));
    }
    ByteString previous = ledger.info().getCurrentBlockHash();
    return ledger.commit(
        new CommitBlock(
            Blocks.of(ledger.height(), previous, envelopes), checked, BlockPrivateData.NONE));
  }

  private ByteString simulate(String txId) throws Exception {
    try (TransactionSimulator simulator = ledger.simulator(txId)) {
      String key = key(written++);
      simulator.state(NAMESPACE, key);
      simulator.setState(NAMESPACE, key, VALUE);
      return simulator.results().publicReadWriteSet();
    }
  }

  @Benchmark
  public Optional<ByteString> read() throws Exception {
    try (QueryExecutor state = ledger.queryExecutor()) {
      return state.state(NAMESPACE, key(random.nextInt(KEYS)));
    }
  }

  @Benchmark
  @OperationsPerInvocation(RANGE)
  public int readRange() throws Exception {
    int start = random.nextInt(KEYS - RANGE);
    int seen = 0;
    try (QueryExecutor state = ledger.queryExecutor();
        var results = state.stateRange(NAMESPACE, key(start), key(start + RANGE))) {
      while (results.next().isPresent()) {
        seen++;
      }
    }
    return seen;
  }

  private static String key(int number) {
    return "key" + (1_000_000_000 + number);
  }
}
