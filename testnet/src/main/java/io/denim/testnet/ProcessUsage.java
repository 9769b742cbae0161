package io.denim.testnet;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What this process has used of the machine, as far as the system tells (Linux does).
///
/// @param cpu of all threads, the compiler's and collector's included
/// @param bytesWritten handed to the system for writing; 0 where it does not tell
/// @param peakResident the most bytes of memory so far; 0 where it does not tell
record ProcessUsage(Duration cpu, long bytesWritten, long peakResident) {
  static ProcessUsage now() {
    Duration cpu =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? Duration.ofNanos(system.getProcessCpuTime())
            : Duration.ZERO;
    return new ProcessUsage(
        cpu,
        field(Path.of("/proc/self/io"), "wchar:"),
        1024 * field(Path.of("/proc/self/status"), "VmHWM:"));
  }

  /// The difference; the peak as it is now.
  ProcessUsage since(ProcessUsage before) {
    return new ProcessUsage(
        cpu.minus(before.cpu), bytesWritten - before.bytesWritten, peakResident);
  }

  private static long field(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException e) {
      return 0; // not Linux
    }
    return 0;
  }
}
