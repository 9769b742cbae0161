package io.denim.ledger.json;

import java.time.Duration;

/// How long a query may work before it gives up. While it works it lets other threads run now and
/// then: it waits for nothing, so a virtual thread would keep its carrier. One query's, used by its
/// thread.
final class QueryAllowance {
  private static final int STEPS_BETWEEN_LOOKS = 1 << 14;
  private static final int STEPS_OF_A_DOCUMENT = 1 << 7;

  private final long patience;
  private final long begun = System.nanoTime();
  private int steps;

  QueryAllowance(Duration patience) {
    this.patience = patience.toNanos();
  }

  /// For what is no query: an index has to be written, however long it takes.
  static QueryAllowance unlimited() {
    return new QueryAllowance(Duration.ofNanos(Long.MAX_VALUE));
  }

  /// To be called for each document that is looked at.
  ///
  /// @throws Spent if the query has taken too long
  void document() {
    work(STEPS_OF_A_DOCUMENT);
  }

  /// To be called for each character that a pattern looks at.
  ///
  /// @throws Spent if the query has taken too long
  void step() {
    work(1);
  }

  @SuppressWarnings("ThreadPriorityCheck") // nothing is relied on; it is for the other threads
  private void work(int more) {
    steps += more;
    if (steps < STEPS_BETWEEN_LOOKS) {
      return;
    }
    steps = 0;
    Thread.yield();
    if (System.nanoTime() - begun > patience) {
      throw new Spent();
    }
  }

  /// The query has taken too long.
  static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1;

    Spent() {
      super("the query takes too long", null, false, false);
    }
  }
}
