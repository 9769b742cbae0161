package io.denim.testnet;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A JVM of one kind, started as the executables start it, that writes an AOT cache when it ends.
/// Used by one thread; another one reads what the process says.
final class RehearsingProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final String kind;
  private final Process process;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final Thread listener;

  private RehearsingProcess(String kind, Process process, Path log) {
    this.kind = kind;
    this.process = process;
    this.listener = Thread.ofVirtual().start(() -> listen(log));
  }

  /// @param launch the folder with the kind's options; its cache and log go there
  /// @param command the main class and its arguments
  static RehearsingProcess start(
      Path launch, String kind, List<String> command, Map<String, String> environment)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.add("-XX:AOTCacheOutput=" + launch.resolve(kind + ".aot"));
    line.add("@" + launch.resolve(kind + ".options"));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(CORE|ORDERER|FABRIC)_.*"));
    builder.environment().putAll(environment);
    return new RehearsingProcess(kind, builder.start(), launch.resolve(kind + ".log"));
  }

  private void listen(Path log) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        BufferedWriter writer = Files.newBufferedWriter(log)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        writer.write(line + "\n");
        said.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @throws IOException if the process does not say it in time
  void awaitLine(String text) throws IOException, InterruptedException {
    String line;
    do {
      line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new IOException("the " + kind + " did not say '" + text + "'");
      }
    } while (!line.contains(text));
  }

  /// Writes a line to the process.
  void tell(String line) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
  }

  /// Asks the process to end; it is still heard then.
  void stop() {
    process.toHandle().destroy();
  }

  /// @throws IOException if it does not end in time
  void awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the " + kind + " did not end");
    }
    listener.join();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
