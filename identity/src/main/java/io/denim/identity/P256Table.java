package io.denim.identity;

import java.math.BigInteger;

/// Multiples of a point of curve P-256, so many that each multiple is a sum of 26 of them: for each
/// window of 10 bits of a number, all odd multiples up to 1023 of the point times the window's
/// weight. 1 MiB. Immutable.
///
/// An odd number is taken apart into odd digits between -1023 and 1023, none of which is 0 (Joye
/// and Tunstall, Exponent Recoding and Regular Exponentiation Algorithms, 2009).
final class P256Table {
  static final int WINDOW_BITS = 10;
  static final int WINDOWS = 26;

  /// Longs of a point: both coordinates.
  static final int POINT = 2 * P256Field.LIMBS;

  /// For the group's generator.
  static final P256Table GENERATOR =
      of(
          new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16),
          new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16));

  private static final int MASK = (2 << WINDOW_BITS) - 1;
  private static final int ENTRIES = 1 << (WINDOW_BITS - 1);

  private final long[] points;

  private P256Table(long[] points) {
    this.points = points;
  }

  /// @param x of a point on the curve that is not at infinity
  static P256Table of(BigInteger x, BigInteger y) {
    long[] points = new long[WINDOWS * ENTRIES * POINT];
    long[] doubles = new long[WINDOWS * POINT];
    long[] point = new long[POINT];
    P256Field.encode(x, point, 0);
    P256Field.encode(y, point, P256Field.LIMBS);
    for (int window = 0; window < WINDOWS; window++) {
      System.arraycopy(point, 0, points, window * ENTRIES * POINT, POINT);
      twice(point);
      System.arraycopy(point, 0, doubles, window * POINT, POINT);
      for (int i = 1; i < WINDOW_BITS; i++) {
        twice(point);
      }
    }
    P256Sums sums = new P256Sums(WINDOWS);
    for (int entry = 1; entry < ENTRIES; entry++) {
      for (int window = 0; window < WINDOWS; window++) {
        sums.left(window, points, (window * ENTRIES + entry - 1) * POINT, false);
        sums.right(window, doubles, window * POINT, false);
      }
      if (!sums.add(WINDOWS)) {
        throw new IllegalStateException("a point of low order");
      }
      for (int window = 0; window < WINDOWS; window++) {
        sums.copy(window, points, (window * ENTRIES + entry) * POINT);
      }
    }
    return new P256Table(points);
  }

  private static void twice(long[] point) {
    int y = P256Field.LIMBS;
    long[] one = new long[P256Field.LIMBS];
    P256Field.encode(BigInteger.ONE, one, 0);
    long[] slope = new long[P256Field.LIMBS];
    long[] work = new long[P256Field.LIMBS];
    P256Field.square(slope, 0, point, 0);
    P256Field.subtract(slope, 0, slope, 0, one, 0);
    for (int i = 0; i < P256Field.LIMBS; i++) {
      slope[i] *= 3; // 3 x^2 - 3
      work[i] = 2 * point[y + i];
    }
    P256Field.reduce(slope, 0);
    P256Field.reduce(work, 0);
    P256Field.invert(work, 0, work, 0);
    P256Field.multiply(slope, 0, slope, 0, work, 0);
    P256Sums.twice(slope, point);
  }

  /// The limbs of all points: `x` and `y` in Montgomery form.
  long[] points() {
    return points;
  }

  /// Where the point for a window's digit begins.
  ///
  /// @param magnitude of the digit, odd
  static int offset(int window, int magnitude) {
    return (window * ENTRIES + (magnitude >> 1)) * POINT;
  }

  /// A number's digit.
  ///
  /// @param number odd, of four limbs of 64 bits
  static int digit(long[] number, int at, int window) {
    int position = window * WINDOW_BITS;
    int limb = at + (position >> 6);
    int shift = position & 63;
    long bits = number[limb] >>> shift;
    if (window == WINDOWS - 1) {
      return (int) bits | 1;
    }
    if (shift > Long.SIZE - WINDOW_BITS - 1) {
      bits |= number[limb + 1] << (Long.SIZE - shift);
    }
    return (((int) bits & MASK) | 1) - (1 << WINDOW_BITS);
  }
}
