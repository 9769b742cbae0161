package io.denim.testnet;

import ch.qos.logback.classic.LoggerContext;
import io.denim.cli.ClientException;
import io.denim.node.Logging;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
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
      AuditCommand.class,
      SimCommand.class,
      CommandLine.HelpCommand.class
    })
public final class DenimMain {
  private DenimMain() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  /// Does what the command line asks for; returns the exit status.
  static int run(List<String> arguments) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext) { // most commands go without
      Logging.start(System.getenv(), "error"); // what they have to say goes to standard output
    }
    // Only what is asked for is set up: reading all commands' annotations takes longer than a call.
    Object asked = arguments.isEmpty() ? null : command(arguments.getFirst());
    CommandLine line =
        asked == null
            ? new CommandLine(new DenimMain())
            : new CommandLine(asked).setCommandName("denim " + arguments.getFirst());
    List<String> rest = asked == null ? arguments : arguments.subList(1, arguments.size());
    return line
        // not System.err by name: `up` gives its log that one
        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
        .setExecutionExceptionHandler(DenimMain::report)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(rest.toArray(String[]::new));
  }

  private static @Nullable Object command(String name) {
    return switch (name) {
      case "up" -> new UpCommand();
      case "down" -> new DownCommand();
      case "status" -> new StatusCommand();
      case "logs" -> new LogsCommand();
      case "deploy" -> new DeployCommand();
      case "invoke" -> new InvokeCommand();
      case "query" -> new QueryCommand();
      case "bench" -> new BenchCommand();
      case "audit" -> new AuditCommand();
      default -> null;
    };
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
