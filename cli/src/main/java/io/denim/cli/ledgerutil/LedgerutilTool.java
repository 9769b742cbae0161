package io.denim.cli.ledgerutil;

import io.denim.cli.ClientException;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.nio.file.Path;
import java.util.List;

/// The `ledgerutil` executable: what differs between two peers' snapshots, which transactions made
/// it differ, and whether a ledger's blocks are whole (fabric v3.1.5 cmd/ledgerutil).
public final class LedgerutilTool {
  private static final String PRODUCTION = "/var/hyperledger/production";
  private static final int DIFFERENT = 2;

  private int status;

  private LedgerutilTool() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status: 2 where snapshots differ.
  public static int run(List<String> arguments) throws InterruptedException {
    LedgerutilTool tool = new LedgerutilTool();
    try {
      tool.verbs().run(arguments);
      return tool.status;
    } catch (UsageException e) {
      System.err.println(
          "ledgerutil: error: parsing arguments: " + e.getMessage() + ". Try --help");
    } catch (ClientException e) {
      System.out.println(e.getMessage());
    }
    return 1;
  }

  private VerbGroup verbs() {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.KINGPIN)
            .text("outputDir", "o", "The folder for the results; the current one by default")
            .number("firstDiffs", "f", "10", "The most differences in first_diffs_by_height.json");
    return new VerbGroup(
        "ledgerutil",
        "Ledger Utility Tool",
        flags,
        List.of(),
        List.of(
            new Verb(
                "compare",
                "<snapshotPath1> <snapshotPath2>",
                "Compare channel snapshots from two peers",
                List.of("outputDir", "firstDiffs"),
                this::compare),
            new Verb(
                "identifytxs",
                "<snapshotDiffsPath> [<blockStorePath>]",
                "Find the transactions that wrote keys which differ",
                List.of("outputDir"),
                this::identify),
            new Verb(
                "verify",
                "[<blockStorePath>]",
                "Verify the hashes of a ledger's blocks",
                List.of("outputDir"),
                this::verify)));
  }

  private static String word(Flags flags, int index, String name) throws UsageException {
    if (flags.rest().size() <= index) {
      throw new UsageException("required argument '" + name + "' not provided");
    }
    return flags.rest().get(index);
  }

  private static void requireAtMost(Flags flags, int most) throws UsageException {
    if (flags.rest().size() > most) {
      throw new UsageException("unexpected " + flags.rest().get(most));
    }
  }

  private static Path output(Flags flags) {
    return flags.optional("outputDir").map(Path::of).orElse(Path.of("").toAbsolutePath());
  }

  private void compare(Flags flags) throws UsageException, ClientException {
    Path first = Path.of(word(flags, 0, "snapshotPath1"));
    Path second = Path.of(word(flags, 1, "snapshotPath2"));
    requireAtMost(flags, 2);
    SnapshotComparison.Outcome outcome =
        SnapshotComparison.compare(
            first, second, output(flags), Math.toIntExact(flags.number("firstDiffs")));
    System.out.print("\nSuccessfully compared snapshots. ");
    switch (outcome) {
      case SnapshotComparison.Same() ->
          System.out.println(
              "Both snapshot public state and private state hashes were the same. No results were"
                  + " generated.");
      case SnapshotComparison.Differing(Path results, int count) -> {
        System.out.println("Results saved to " + results + ". Total differences found: " + count);
        status = DIFFERENT;
      }
    }
  }

  private void identify(Flags flags) throws UsageException, ClientException {
    Path differences = Path.of(word(flags, 0, "snapshotDiffsPath"));
    requireAtMost(flags, 2);
    Path store = Path.of(flags.rest().size() > 1 ? flags.rest().get(1) : PRODUCTION);
    TransactionSearch.Range range = TransactionSearch.search(differences, store, output(flags));
    if (Long.compareUnsigned(range.first(), range.last()) > 0) {
      System.out.print(
          "Ledger Identify Transactions Error: First available block was greater than highest"
              + " record. No transactions were checked.");
      status = 1;
      return;
    }
    System.out.print(
        "\nSuccessfully ran identify transactions tool. Transactions were checked between blocks "
            + range.first()
            + " and "
            + range.last()
            + ".");
  }

  private void verify(Flags flags) throws UsageException, ClientException {
    requireAtMost(flags, 1);
    Path store = Path.of(flags.rest().isEmpty() ? PRODUCTION : flags.rest().getFirst());
    boolean valid = LedgerVerification.verify(store, output(flags));
    System.out.println(
        "\nSuccessfully executed verify tool. "
            + (valid ? "No error is found." : "Some error(s) are found."));
    status = valid ? 0 : 1;
  }
}
