package io.denim.chaincode.launch;

import io.denim.chaincode.ChaincodeStarter;
import io.denim.chaincode.LaunchException;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.ShimHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts installed packages: connects to those that are servers, runs the others as local
/// processes whose output goes to the log. Safe for use by any thread.
public final class ChaincodeLauncher implements ChaincodeStarter {
  private final LaunchSettings settings;
  private final Processes processes = new Processes();
  private final Builds builds;
  private final Sandbox sandbox;

  /// @throws IOException if the build folder cannot be made
  public ChaincodeLauncher(LaunchSettings settings, PackageStore store) throws IOException {
    this.settings = settings;
    this.builds = new Builds(settings, store, processes);
    this.sandbox = Sandbox.of(settings.isolation());
  }

  @Override
  public void build(String packageId) throws LaunchException {
    builds.build(packageId);
  }

  @Override
  public String run(String packageId, ShimHost host) throws LaunchException, InterruptedException {
    Builds.Built built = builds.build(packageId);
    Optional<ChaincodeServer> server = built.server();
    if (server.isPresent()) {
      server.get().stream(packageId, host);
      return "connection to " + packageId + " terminated";
    }
    return runProcess(packageId, built);
  }

  @Override
  public void close() {
    processes.close();
  }

  /// Waits for the end of the process. Once its stream has ended, it has a moment to end as well.
  private int exitCode(Process process) throws InterruptedException {
    try {
      return processes.await(process);
    } catch (InterruptedException e) {
      if (process.waitFor(1, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      throw e;
    }
  }

  /// Says how it ended, and if it failed, what it said last.
  private String runProcess(String packageId, Builds.Built built)
      throws LaunchException, InterruptedException {
    Logger log = LoggerFactory.getLogger("peer.chaincode." + packageId.replace(':', '-'));
    Path folder = null;
    Process process = null;
    try {
      folder = Files.createTempDirectory(settings.buildFolder(), ".run-");
      ChaincodeEnvironment environment = ChaincodeEnvironment.create(packageId, settings, folder);
      Command command = built.builder().command(built.output(), environment);
      LastLines output = new LastLines(log::info);
      process = processes.start(sandbox.wrap(command, built.output(), folder), output);
      int exitCode = exitCode(process);
      String end = "container exited with " + exitCode;
      return exitCode == 0 ? end : end + ": " + output.text();
    } catch (IOException e) {
      throw new LaunchException("error starting container: " + e.getMessage(), e);
    } finally {
      if (process != null) {
        processes.stop(process);
      }
      if (folder != null) {
        Folders.removeQuietly(folder);
      }
    }
  }
}
