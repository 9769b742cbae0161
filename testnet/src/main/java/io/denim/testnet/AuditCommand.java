package io.denim.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.ledger.LedgerException;
import io.denim.ledger.LedgerOptions;
import io.denim.peer.ChainAudit;
import io.denim.peer.PeerException;
import io.denim.peer.RecordedChain;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `denim audit`: has a chain judged by a second implementation. Exit code 0 if it agrees, 3 if it
/// does not.
@Command(
    name = "audit",
    description = {
      "Validates a chain again, from its genesis block on, and tells which verdicts and commit hashes"
          + " differ from those on record.",
      "CHAIN is a peer's directory (Fabric's or Denim's; the peer need not be stopped, but what it"
          + " writes meanwhile may be seen in part), a folder of block files, or a folder with"
          + " blocks.gz."
    },
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  private static final int DIFFERS = 3;
  private static final int PROGRESS_MILLIS = 1_000;

  @Parameters(paramLabel = "CHAIN", description = "Where the chain lies.")
  private Path chain = Path.of(".");

  @Option(
      names = {"-c", "--channel"},
      description = "Which one, where a peer has several.")
  private @Nullable String channel;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description = "Verdicts on record, in place of those in the blocks (as JSON).")
  private @Nullable Path expected;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "An empty folder for the ledger that is made, as large as the chain and its state; kept"
              + " (default: a temporary one, deleted in the end).")
  private @Nullable Path work;

  @Override
  public Integer call() throws IOException, NetworkException, InterruptedException {
    Path folder = work == null ? Files.createTempDirectory("denim-audit") : work;
    try (RecordedChain recorded = RecordedChain.open(chain, Optional.ofNullable(channel))) {
      Terminal terminal = new Terminal(System.out);
      ChainAudit audit =
          new ChainAudit(terminal, expected == null ? block -> Optional.empty() : read(expected));
      ChainAudit.Outcome outcome =
          audit.run(recorded, LedgerOptions.at(folder.resolve("ledgersData")));
      terminal.clear();
      report(outcome, terminal);
      return outcome.agrees() ? 0 : DIFFERS;
    } catch (PeerException | LedgerException e) {
      throw new NetworkException(
          "the chain in " + chain + " cannot be audited: " + e.getMessage(), e);
    } finally {
      if (work == null) {
        Trees.delete(folder);
      }
    }
  }

  /// Verdicts in the form of the golden chains' `expected.json`.
  private static ChainAudit.Expected read(Path file) throws IOException {
    JsonNode blocks = new ObjectMapper().readTree(file.toFile()).path("blocks");
    return number -> {
      JsonNode block = blocks.path((int) number);
      if (block.isMissingNode()) {
        return Optional.empty();
      }
      List<String> codes = new ArrayList<>();
      block.path("txs").forEach(tx -> codes.add(tx.path("code").asText()));
      return Optional.of(
          new ChainAudit.Verdicts(
              codes,
              ByteString.copyFrom(HexFormat.of().parseHex(block.path("commit_hash").asText("")))));
    };
  }

  private static void report(ChainAudit.Outcome outcome, Terminal terminal) throws IOException {
    PrintStream out = System.out;
    outcome.refused().ifPresent(out::println);
    out.printf(
        Locale.ROOT,
        "%d blocks, %d transactions, %.0f a second%n",
        outcome.height(),
        outcome.transactions(),
        outcome.transactions() / terminal.seconds());
    out.println("last block's hash   " + hex(outcome.lastHash()));
    out.println("last commit hash    " + hex(outcome.commitHash()));
    out.println("state and snapshot files, SHA-256:");
    if (Files.isDirectory(outcome.snapshot())) {
      try (Stream<Path> files = Files.list(outcome.snapshot())) {
        for (Path file : files.sorted().toList()) {
          out.println("  " + sha256(file) + "  " + file.getFileName());
        }
      }
    }
    out.println(
        outcome.agrees()
            ? "No difference."
            : outcome.differences()
                + " differences"
                + (outcome.refused().isPresent() ? ", and the chain could not be followed." : "."));
  }

  private static String sha256(Path file) throws IOException {
    java.security.MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[1 << 16];
    try (var in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /// Prints differences, and how far it is where somebody watches.
  private static final class Terminal implements ChainAudit.Listener {
    private final PrintStream out;
    private final boolean watched = CommandLine.Help.Ansi.AUTO.enabled();
    private final long begun = System.nanoTime();
    private long shown;

    Terminal(PrintStream out) {
      this.out = out;
    }

    double seconds() {
      return (System.nanoTime() - begun) / 1e9;
    }

    @Override
    public synchronized void differs(String what) {
      clear();
      out.println(what);
    }

    @Override
    public synchronized void progress(long blocks, long transactions) {
      long millis = (System.nanoTime() - begun) / 1_000_000;
      if (watched && millis - shown > PROGRESS_MILLIS) {
        shown = millis;
        out.printf(
            Locale.ROOT,
            "\r%d blocks, %d transactions, %.0f a second ",
            blocks,
            transactions,
            transactions / seconds());
        out.flush();
      }
    }

    synchronized void clear() {
      if (shown > 0) {
        out.print("\r\u001b[K");
      }
    }
  }
}
