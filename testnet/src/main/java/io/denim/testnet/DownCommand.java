package io.denim.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `denim down`: stops a network that runs in the background or in another terminal.
@Command(
    name = "down",
    description = "Stops the network; what is committed stays.",
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  private static final int PATIENCE_SECONDS = 60;

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Option(names = "--rm", description = "Deletes the network's data, too.")
  private boolean remove;

  @Override
  public Integer call() throws IOException, NetworkException, InterruptedException {
    NetworkDirectory directory = directoryOption.directory();
    Optional<ProcessHandle> running = NetworkProcess.find(directory);
    if (running.isPresent()) {
      stop(running.get());
      System.out.println("Stopped process " + running.get().pid() + ".");
    } else {
      System.out.println("No network runs in " + directory.root() + ".");
    }
    if (remove && Files.exists(directory.plan())) {
      directory.delete();
      System.out.println(
          Files.exists(directory.root())
              ? "Deleted the network in " + directory.root() + "; what else is there stays."
              : "Deleted " + directory.root() + ".");
    }
    return 0;
  }

  private static void stop(ProcessHandle process) throws NetworkException, InterruptedException {
    process.destroy();
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new NetworkException(
          "process "
              + process.pid()
              + " does not end within "
              + PATIENCE_SECONDS
              + " s of being told to; end it with: kill -9 "
              + process.pid(),
          e);
    }
  }
}
