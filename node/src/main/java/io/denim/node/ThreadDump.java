package io.denim.node;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What every thread does, virtual ones included (fabric v3.1.5 common/diag/goroutine.go).
final class ThreadDump {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadDump.class);

  private ThreadDump() {}

  /// Writes it to the log.
  static void write() {
    LOG.info("Received SIGUSR1, threads:\n{}", text());
  }

  /// All threads with their stacks.
  static String text() {
    try {
      Path folder = Files.createTempDirectory("denim-threads");
      Path file = folder.resolve("threads.txt"); // must not be there yet
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Files.readString(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      return "the dump could not be written: " + e;
    }
  }
}
