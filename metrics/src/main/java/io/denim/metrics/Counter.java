package io.denim.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;

/// A number that only grows. Safe for use by any thread.
public final class Counter {
  private final DoubleAdder value = new DoubleAdder();
  private volatile DoubleSupplier base = () -> 0;

  Counter() {}

  public void increment() {
    value.add(1);
  }

  /// @param amount 0 or more
  public void add(double amount) {
    value.add(amount);
  }

  void follow(DoubleSupplier counted) {
    base = counted;
  }

  double value() {
    return base.getAsDouble() + value.sum();
  }
}
