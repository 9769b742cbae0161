package io.denim.metrics;

import java.util.concurrent.atomic.DoubleAdder;

/// A number that only grows. Safe for use by any thread.
public final class Counter {
  private final DoubleAdder value = new DoubleAdder();

  Counter() {}

  public void increment() {
    value.add(1);
  }

  /// @param amount 0 or more
  public void add(double amount) {
    value.add(amount);
  }

  double value() {
    return value.sum();
  }
}
