package io.denim.testnet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `denim logs`: shows what the nodes and chaincodes of a network logged.
@Command(
    name = "logs",
    description = "Shows the log of all nodes and chaincodes.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 200;

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Option(names = "-f", description = "Goes on as the log grows.")
  private boolean follow;

  @Override
  public Integer call() throws IOException, NetworkException, InterruptedException {
    directoryOption.existingPlan();
    Path log = directoryOption.directory().log();
    if (!Files.exists(log)) {
      throw new NetworkException("nothing has been logged yet: there is no " + log);
    }
    try (InputStream input = Files.newInputStream(log)) {
      input.transferTo(System.out);
      System.out.flush();
      while (follow) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        input.transferTo(System.out);
        System.out.flush();
      }
    }
    return 0;
  }
}
