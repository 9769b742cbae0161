package io.denim.identity;

/// Adds many pairs of points of curve P-256 at once, in affine coordinates, with one inversion for
/// all of them (Montgomery's trick): an addition costs six multiplications. Used by one thread.
final class P256Sums {
  private static final int LIMBS = P256Field.LIMBS;
  private static final int POINT = P256Table.POINT;

  private final long[] lefts;
  private final long[] rights;
  private final long[] products; // of all differences from a pair on
  private final long[] work = new long[3 * LIMBS];

  /// @param most pairs at once
  P256Sums(int most) {
    this.lefts = new long[most * POINT];
    this.rights = new long[most * POINT];
    this.products = new long[(most + 1) * LIMBS];
  }

  /// Sets a pair's first point.
  ///
  /// @param negative whether its opposite is meant
  void left(int pair, long[] from, int at, boolean negative) {
    set(lefts, pair * POINT, from, at, negative);
  }

  /// Sets a pair's second point.
  void right(int pair, long[] from, int at, boolean negative) {
    set(rights, pair * POINT, from, at, negative);
  }

  private static void set(long[] to, int at, long[] from, int i, boolean negative) {
    long sign = negative ? -1 : 1;
    for (int k = 0; k < LIMBS; k++) {
      to[at + k] = from[i + k];
      to[at + LIMBS + k] = sign * from[i + LIMBS + k];
    }
  }

  /// Replaces the first point of each of the first so many pairs by the pair's sum.
  ///
  /// @return false if the points of a pair are the same or opposite; then no sums are made
  boolean add(int pairs) {
    P256Field.encode(java.math.BigInteger.ONE, products, pairs * LIMBS);
    for (int pair = pairs - 1; pair >= 0; pair--) {
      P256Field.subtract(work, 0, rights, pair * POINT, lefts, pair * POINT);
      P256Field.multiply(products, pair * LIMBS, products, (pair + 1) * LIMBS, work, 0);
    }
    if (pairs > 0 && P256Field.isZero(products, 0)) {
      return false;
    }
    int inverse = LIMBS;
    int slope = 2 * LIMBS;
    P256Field.invert(work, inverse, products, 0);
    for (int pair = 0; pair < pairs; pair++) {
      int at = pair * POINT;
      P256Field.multiply(work, slope, work, inverse, products, (pair + 1) * LIMBS);
      P256Field.subtract(work, 0, rights, at, lefts, at);
      P256Field.multiply(work, inverse, work, inverse, work, 0);
      P256Field.subtract(work, 0, rights, at + LIMBS, lefts, at + LIMBS);
      P256Field.multiply(work, slope, work, slope, work, 0);
      follow(work, slope, lefts, at, rights, at);
    }
    return true;
  }

  /// Makes the sum of two points whose line's slope is known, in place of the first one.
  private static void follow(long[] slope, int s, long[] p, int i, long[] q, int j) {
    long x0 = p[i];
    long x1 = p[i + 1];
    long x2 = p[i + 2];
    long x3 = p[i + 3];
    long x4 = p[i + 4];
    P256Field.square(p, i, slope, s);
    p[i] -= x0 + q[j];
    p[i + 1] -= x1 + q[j + 1];
    p[i + 2] -= x2 + q[j + 2];
    p[i + 3] -= x3 + q[j + 3];
    p[i + 4] -= x4 + q[j + 4];
    P256Field.reduce(p, i);
    long[] down = {x0 - p[i], x1 - p[i + 1], x2 - p[i + 2], x3 - p[i + 3], x4 - p[i + 4]};
    P256Field.multiply(down, 0, down, 0, slope, s);
    P256Field.subtract(p, i + LIMBS, down, 0, p, i + LIMBS);
    P256Field.reduce(p, i + LIMBS);
  }

  /// Doubles a point whose tangent's slope is known.
  static void twice(long[] slope, long[] point) {
    follow(slope, 0, point, 0, point.clone(), 0);
  }

  /// A pair's sum.
  void copy(int pair, long[] to, int at) {
    System.arraycopy(lefts, pair * POINT, to, at, POINT);
  }
}
