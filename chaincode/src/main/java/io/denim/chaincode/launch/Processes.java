package io.denim.chaincode.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The processes that this peer started: compilers and chaincodes. None outlives the peer: they end
/// with {@link #close}, and where the system's `setpriv` is to be had, the kernel kills them should
/// the peer itself be killed. Safe for use by any thread.
///
/// The kernel binds a process's life to the thread that started it; so one thread, which lives as
/// long as this object, starts them all.
final class Processes implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration OUTPUT_GRACE = Duration.ofSeconds(1);

  private final ExecutorService spawner =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("process-spawner").factory());
  private final Map<Process, Thread> running =
      new ConcurrentHashMap<>(); // with its output's reader
  private final List<String> tether = tether();
  private volatile boolean closed;

  /// How a command ended.
  ///
  /// @param lastLines of its output
  record Finished(int exitCode, String lastLines) {}

  /// Starts a program; both its outputs go to the consumer.
  ///
  /// @throws IOException if it cannot be started
  Process start(Command command, Consumer<String> output) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(tether);
    arguments.addAll(command.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(arguments)
            .directory(command.folder().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(command.environment());
    Process process = spawn(builder::start);
    running.put(process, ProcessOutput.pump(process, output));
    if (closed) {
      stop(process);
    }
    return process;
  }

  /// Waits for a process and what it said, and forgets it.
  int await(Process process) throws InterruptedException {
    try {
      int exitCode = process.waitFor();
      awaitOutput(process);
      return exitCode;
    } finally {
      running.remove(process);
    }
  }

  /// Runs a command to its end.
  ///
  /// @throws IOException if it cannot be started, or was stopped because its time was up
  Finished run(Command command, Duration patience, Consumer<String> output)
      throws IOException, InterruptedException {
    LastLines last = new LastLines(output);
    Process process = start(command, last);
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            command.arguments().getFirst() + " did not end within " + patience.toSeconds() + " s");
      }
      awaitOutput(process);
      return new Finished(process.exitValue(), last.text());
    } finally {
      stop(process);
    }
  }

  /// What a process said may be read only after its end; but a child of its own can hold the output
  /// open for long, so the wait is bounded.
  private void awaitOutput(Process process) throws InterruptedException {
    Thread reader = running.get(process);
    if (reader != null) {
      reader.join(OUTPUT_GRACE);
    }
  }

  /// Ends a process and those it started: with a request first, then by force.
  void stop(Process process) {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    family.add(process.toHandle());
    family.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        family.forEach(ProcessHandle::destroyForcibly);
      }
    } catch (InterruptedException e) {
      family.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
    for (ProcessHandle member : family) {
      member.destroyForcibly();
    }
    running.remove(process);
  }

  @Override
  public void close() {
    closed = true;
    List<Process> left = List.copyOf(running.keySet());
    left.forEach(process -> process.descendants().forEach(ProcessHandle::destroy));
    left.forEach(Process::destroy); // all at once, then the patience for each
    left.forEach(this::stop);
    spawner.shutdown();
  }

  private Process spawn(Callable<Process> start) throws IOException, InterruptedException {
    try {
      return spawner.submit(start).get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? e.toString() : String.valueOf(cause.getMessage()), e);
    }
  }

  private static List<String> tether() {
    return programs("setpriv")
        .map(path -> List.of(path.toString(), "--pdeathsig", "KILL", "--"))
        .orElse(List.of());
  }

  /// Where a program is in PATH.
  static Optional<Path> programs(String name) {
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
      Path candidate = Path.of(folder).resolve(name);
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
