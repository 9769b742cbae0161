package io.denim.testnet;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// Tells the user what happens, a line for each step with the time that has gone by. Used by one
/// thread at a time.
final class Console implements Network.Progress {
  private final PrintStream out;
  private final long begun = System.nanoTime();

  Console(PrintStream out) {
    this.out = out;
  }

  @Override
  public void step(String what) {
    Duration since = Duration.ofNanos(System.nanoTime() - begun);
    out.printf(Locale.ROOT, "%5.1fs  %s%n", since.toMillis() / 1000.0, what);
    out.flush();
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }
}
