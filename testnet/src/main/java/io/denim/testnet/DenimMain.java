package io.denim.testnet;

import io.denim.cli.ClientException;
import io.denim.node.Logging;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// What `./denim` runs once it has found a JDK and built what is missing.
@Command(
    name = "denim",
    description = "Runs a Fabric network in one process, and uses it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Of the script alone:",
      "  build   Builds what is missing.",
      "  test    Runs the whole test suite."
    },
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      DeployCommand.class,
      InvokeCommand.class,
      QueryCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class
    })
public final class DenimMain {
  private DenimMain() {}

  public static void main(String[] arguments) {
    Logging.start(System.getenv(), "error"); // what commands have to say goes to standard output
    System.exit(
        new CommandLine(new DenimMain())
            // not System.err by name: `up` gives its log that one
            .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
            .setExecutionExceptionHandler(DenimMain::report)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  /// Failures that a user can do something about are told in one sentence.
  private static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult unused) {
    boolean expected =
        failure instanceof NetworkException
            || failure instanceof ClientException
            || failure instanceof java.io.IOException
            || failure instanceof IllegalArgumentException;
    command.getErr().println("denim: " + Reasons.of(failure));
    if (!expected) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return 1;
  }
}
