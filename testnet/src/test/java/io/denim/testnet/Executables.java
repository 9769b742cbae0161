package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Tools and nodes as processes of their own, each with its output in a file. For one thread.
final class Executables implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Path folder;
  private final Map<Process, Path> outputs = new LinkedHashMap<>();

  Executables(Path folder) {
    this.folder = folder;
  }

  /// Runs a tool to its end, which must be a good one.
  ///
  /// @return all that it printed
  String run(Class<?> tool, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(tool, environment, arguments);
    int status = exitStatus(process);
    if (status != 0) {
      StringBuilder all = new StringBuilder();
      for (Process each : outputs.keySet()) {
        all.append("\n--- ").append(said(each));
      }
      assertThat(status).as(said(process) + all).isZero();
    }
    return said(process);
  }

  Process start(Class<?> main, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Ddenim.crypto=jdk",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    line.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(CORE|ORDERER|FABRIC)_.*"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    outputs.put(process, output);
    return process;
  }

  int exitStatus(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /// What a process has printed so far.
  String said(Process process) throws IOException {
    return Files.readString(Objects.requireNonNull(outputs.get(process)));
  }

  void awaitText(Process process, String text) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (!said(process).contains(text)) {
      boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
      assertThat(ended).as(said(process)).isFalse();
      assertThat(System.nanoTime() - start)
          .as(said(process))
          .isLessThan(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
    }
  }

  /// Kills all that still runs, with the chaincodes that they started.
  @Override
  public void close() throws InterruptedException {
    for (Process process : outputs.keySet()) {
      List<ProcessHandle> chaincodes = process.descendants().toList();
      process.destroyForcibly().waitFor();
      chaincodes.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
