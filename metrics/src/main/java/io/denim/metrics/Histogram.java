package io.denim.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts values by size. Safe for use by any thread.
public final class Histogram {
  private final double[] bounds;
  private final LongAdder[] buckets;
  private final DoubleAdder sum = new DoubleAdder();

  Histogram(double[] bounds) {
    this.bounds = bounds;
    this.buckets = new LongAdder[bounds.length + 1];
    Arrays.setAll(buckets, i -> new LongAdder());
  }

  public void observe(double value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    buckets[bucket].increment();
    sum.add(value);
  }

  /// Observes a duration in seconds.
  public void observe(Duration duration) {
    observe(duration.toNanos() / 1e9);
  }

  /// Observes the time since a {@link System#nanoTime} in seconds.
  public void observeSince(long startNanos) {
    observe((System.nanoTime() - startNanos) / 1e9);
  }

  double[] bounds() {
    return bounds;
  }

  /// How many values fell into each bucket; the last one has no upper bound.
  long[] counts() {
    return Arrays.stream(buckets).mapToLong(LongAdder::sum).toArray();
  }

  double sum() {
    return sum.sum();
  }
}
