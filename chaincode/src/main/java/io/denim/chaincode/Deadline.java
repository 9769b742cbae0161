package io.denim.chaincode;

import java.time.Duration;

/// A point on the monotonic clock by which something must have happened.
record Deadline(long nanoTime) {
  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /// Whichever comes first.
  Deadline orEarlier(Deadline other) {
    return nanoTime - other.nanoTime <= 0 ? this : other;
  }

  /// Nanoseconds that are left, negative once it has passed.
  long left() {
    return nanoTime - System.nanoTime();
  }

  Duration patience() {
    return Duration.ofNanos(Math.max(0, left()));
  }
}
