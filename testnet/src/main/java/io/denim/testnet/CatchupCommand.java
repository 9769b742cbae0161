package io.denim.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import io.denim.ledger.CommittedBlock;
import io.denim.ledger.LedgerException;
import io.denim.ledger.LedgerOptions;
import io.denim.peer.ChainReplay;
import io.denim.peer.PeerException;
import io.denim.wire.Crypto;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `denim bench catchup`: how fast a peer validates and commits blocks that it has received. Makes
/// a chain once, then commits it with the pipeline of a peer's channel into a ledger that is made
/// for the run and deleted after it, and prints a row of JSON.
@Command(
    name = "catchup",
    description =
        "Measures how fast stored blocks are validated and committed to a new ledger, without a"
            + " network.",
    mixinStandardHelpOptions = true)
final class CatchupCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--chain",
      paramLabel = "DIR",
      defaultValue = "${java.io.tmpdir}/denim-catchup",
      description = "Where the chain lies, made if it is missing (default: ${DEFAULT-VALUE}).")
  private Path chain = Path.of("denim-catchup");

  @Option(
      names = "--transactions",
      defaultValue = "20000",
      description = "Of a chain that is made (default: ${DEFAULT-VALUE}).")
  private int transactions = 20_000;

  @Option(
      names = "--block",
      defaultValue = "500",
      description = "Transactions in a block of a chain that is made (default: ${DEFAULT-VALUE}).")
  private int perBlock = 500;

  @Option(
      names = "--rounds",
      defaultValue = "1",
      description =
          "How often to commit the chain, each time to a new ledger (default: ${DEFAULT-VALUE}).")
  private int rounds = 1;

  @Override
  public Integer call() throws NetworkException, InterruptedException, IOException {
    CatchupChain made = new CatchupChain(chain);
    if (!made.isMade()) {
      System.err.println("Making a chain of " + transactions + " transactions in " + chain);
      made.make(new CatchupChain.Size(transactions, perBlock));
    }
    try (BlockStore blocks = made.open()) {
      for (int round = 0; round < rounds; round++) {
        System.out.println(measure(blocks));
      }
    }
    return 0;
  }

  private ObjectNode measure(BlockStore blocks)
      throws NetworkException, InterruptedException, IOException {
    Path ledger = chain.resolve("ledger");
    Trees.delete(ledger);
    Counted counted = new Counted();
    ProcessUsage before = ProcessUsage.now();
    long begun = System.nanoTime();
    try (ChainReplay replay =
        ChainReplay.start(
            LedgerOptions.at(ledger), block(blocks, 0), SignatureVerifier.create(), counted)) {
      for (long number = 1; number < blocks.height(); number++) {
        require(replay.take(block(blocks, number)));
      }
      require(replay.finish());
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      ProcessUsage used = ProcessUsage.now().since(before);
      return row(counted, took, used).put("ledgerBytes", Trees.size(ledger));
    } catch (PeerException | LedgerException e) {
      throw new NetworkException("the chain cannot be committed: " + e.getMessage(), e);
    } finally {
      Trees.delete(ledger);
    }
  }

  private static Block block(BlockStore blocks, long number) throws NetworkException {
    return blocks
        .blockByNumber(number)
        .orElseThrow(() -> new NetworkException("there is no block " + number));
  }

  private static void require(Optional<String> problem) throws NetworkException {
    if (problem.isPresent()) {
      throw new NetworkException("a block is refused: " + problem.get());
    }
  }

  private static ObjectNode row(Counted counted, Duration took, ProcessUsage used) {
    double count = Math.max(1, counted.transactions.get());
    return JSON.createObjectNode()
        .put("benchmark", "catchup")
        .put("transactions", counted.transactions.get())
        .put("valid", counted.valid.get())
        .put("seconds", Math.round(took.toMillis() / 10.0) / 100.0)
        .put("perSecond", Math.round(count * 1e9 / took.toNanos()))
        .put("cpuMicrosPerTransaction", Math.round(used.cpu().toNanos() / count / 100) / 10.0)
        .put("bytesWrittenPerTransaction", Math.round(used.bytesWritten() / count))
        .put("maxResidentMegabytes", used.peakResident() >> 20)
        .put("crypto", Crypto.description());
  }

  /// Counts what is committed. Safe for use by any thread.
  private static final class Counted implements ChainReplay.Watcher {
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong valid = new AtomicLong();

    @Override
    public void committed(List<CommittedBlock> blocks) {
      for (CommittedBlock block : blocks) {
        transactions.addAndGet(block.codes().size());
        valid.addAndGet(block.codes().stream().filter(TxValidationCode.VALID::equals).count());
      }
    }
  }
}
