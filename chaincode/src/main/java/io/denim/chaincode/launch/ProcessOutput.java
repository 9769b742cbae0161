package io.denim.chaincode.launch;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Hands a process's output on line by line; an endless line is cut, so that it costs no memory.
final class ProcessOutput {
  private static final int LONGEST_LINE = 8 * 1024;

  private ProcessOutput() {}

  /// Reads on a virtual thread until the process closes its output.
  static Thread pump(Process process, Consumer<String> lines) {
    return Thread.ofVirtual()
        .name("output-" + process.pid())
        .start(() -> {
          try (Reader reader =
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            pump(reader, lines);
          } catch (IOException e) {
            lines.accept("(output ends: " + e.getMessage() + ")");
          }
        });
  }

  static void pump(Reader reader, Consumer<String> lines) throws IOException {
    StringBuilder line = new StringBuilder();
    char[] buffer = new char[4 * 1024];
    for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n' || line.length() == LONGEST_LINE) {
          lines.accept(line.toString());
          line.setLength(0);
        }
        if (buffer[i] != '\n' && buffer[i] != '\r') {
          line.append(buffer[i]);
        }
      }
    }
    if (!line.isEmpty()) {
      lines.accept(line.toString());
    }
  }
}
