package io.denim.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;

/// A number that goes up and down. Safe for use by any thread, though {@link #set} beside {@link
/// #add} may lose an addition.
public final class Gauge {
  private final DoubleAdder added = new DoubleAdder();
  private volatile DoubleSupplier base = () -> 0;

  Gauge() {}

  public void set(double value) {
    added.reset();
    base = () -> value;
  }

  public void add(double amount) {
    added.add(amount);
  }

  void follow(DoubleSupplier value) {
    base = value;
  }

  double value() {
    return base.getAsDouble() + added.sum();
  }
}
