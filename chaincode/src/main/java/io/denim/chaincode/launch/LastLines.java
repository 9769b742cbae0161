package io.denim.chaincode.launch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/// Hands lines on and remembers the last ones, to say what a process said before it failed. Safe
/// for use by any thread.
final class LastLines implements Consumer<String> {
  private static final int REMEMBERED = 30;

  private final Consumer<String> next;
  private final Deque<String> last = new ArrayDeque<>(); // guarded by itself

  LastLines(Consumer<String> next) {
    this.next = next;
  }

  @Override
  public void accept(String line) {
    next.accept(line);
    synchronized (last) {
      last.add(line);
      if (last.size() > REMEMBERED) {
        last.remove();
      }
    }
  }

  String text() {
    synchronized (last) {
      return String.join("\n", last);
    }
  }
}
