package io.denim.testnet;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Starts the same command again as a process of its own and shows what it says until it is ready.
final class Detached {
  private static final long LOOK_MILLIS = 50;

  private Detached() {}

  /// @return the exit status: 0 once the network is ready
  static int start(NetworkDirectory directory)
      throws IOException, NetworkException, InterruptedException {
    Files.createDirectories(directory.root());
    Path output = directory.root().resolve("up.out");
    Process process =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(output.toFile())
            .start();
    try (RandomAccessFile written = new RandomAccessFile(output.toFile(), "r")) {
      while (true) {
        boolean ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        boolean ready = show(written);
        if (ready) {
          System.out.println("It runs in the background as process " + process.pid() + ".");
          return 0;
        }
        if (ended) {
          throw new NetworkException("the network did not start; see " + directory.log());
        }
      }
    }
  }

  /// @return whether the last line of the guide has been shown
  private static boolean show(RandomAccessFile written) throws IOException {
    boolean ready = false;
    for (String line = written.readLine(); line != null; line = written.readLine()) {
      String text = new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      System.out.println(text);
      ready |= text.startsWith("Stop with");
    }
    return ready;
  }

  /// This process's own command line without `-d`. The kernel's view of it is read, since the
  /// runtime tells nothing of one longer than a memory page, which a class path easily is.
  private static List<String> command() throws IOException {
    ProcessHandle.Info self = ProcessHandle.current().info();
    Path kernel = Path.of("/proc/self/cmdline");
    String[] arguments = self.arguments().orElse(new String[0]);
    if (Files.isReadable(kernel)) {
      String line = Files.readString(kernel);
      arguments = line.substring(line.indexOf('\0') + 1).split("\0", -1);
    }
    List<String> command = new ArrayList<>();
    command.add(self.command().orElseThrow());
    for (int i = 0; i < arguments.length; i++) {
      boolean end = i == arguments.length - 1 && arguments[i].isEmpty();
      if (!end && !arguments[i].equals("-d")) {
        command.add(arguments[i]);
      }
    }
    return command;
  }
}
