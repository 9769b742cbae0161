package io.denim.node;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what every thread does, virtual ones included, to the log when the process gets SIGUSR1,
/// which would end it otherwise (fabric v3.1.5 common/diag/goroutine.go). The Java runtime has no
/// other way to hear of a signal than a type outside of its API, which is reached by name for that
/// reason alone.
public final class ThreadDump {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadDump.class);

  private ThreadDump() {}

  /// From now on for as long as the process lives.
  public static void onSignal() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object dumping =
          Proxy.newProxyInstance(
              ThreadDump.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  write();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("USR1"), dumping);
    } catch (ReflectiveOperationException e) {
      LOG.warn("SIGUSR1 will not dump threads, as this Java runtime hands out no signals", e);
    }
  }

  private static void write() {
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
