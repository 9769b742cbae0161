package io.denim.identity;

import java.math.BigInteger;

/// Arithmetic modulo the order of curve P-256's group, in the form of {@link P256Field}: five limbs
/// of 52 bits, Montgomery's R = 2^260. Results of multiplications are in the range of 0 to the
/// order less 1. Time depends on values.
final class P256Order {
  static final BigInteger ORDER = Curve.P256.order();

  private static final int BITS = 52;
  private static final long MASK = (1L << BITS) - 1;
  private static final int HALF_SHIFT = (Long.SIZE - BITS) / 2;
  private static final BigInteger R = BigInteger.ONE.shiftLeft(P256Field.LIMBS * BITS);
  private static final long[] LIMBS = P256Field.limbs(ORDER);
  private static final long FACTOR =
      ORDER.modInverse(BigInteger.ONE.shiftLeft(BITS)).negate().longValue() & MASK;
  private static final long[] TO_MONTGOMERY = P256Field.limbs(R.multiply(R).mod(ORDER));
  private static final BigInteger TWICE_FROM_MONTGOMERY = R.multiply(R).modInverse(ORDER);

  private P256Order() {}

  static void encode(long[] to, int at, BigInteger value) {
    multiply(to, at, P256Field.limbs(value), 0, TO_MONTGOMERY, 0);
  }

  /// Multiplies two numbers that are below 2^256; the result may overwrite one. If one of them is
  /// in Montgomery form, the result is the plain product, if both are, it is in that form.
  static void multiply(long[] to, int at, long[] a, int i, long[] b, int j) {
    long[] c = new long[P256Field.LIMBS + 1];
    for (int k = 0; k < P256Field.LIMBS; k++) {
      addProduct(c, a, i, b[j + k]);
      addProduct(c, LIMBS, 0, (c[0] * FACTOR) & MASK);
      c[1] += c[0] >> BITS;
      System.arraycopy(c, 1, c, 0, P256Field.LIMBS);
      c[P256Field.LIMBS] = 0;
    }
    for (int k = 0; k < P256Field.LIMBS - 1; k++) {
      c[k + 1] += c[k] >> BITS;
      c[k] &= MASK;
    }
    System.arraycopy(c, 0, to, at, P256Field.LIMBS);
    subtractOnceIfLarger(to, at);
  }

  private static void addProduct(long[] c, long[] a, int i, long factor) {
    long high = factor << HALF_SHIFT;
    for (int k = 0; k < P256Field.LIMBS; k++) {
      c[k] += (a[i + k] * factor) & MASK;
      c[k + 1] += Math.multiplyHigh(a[i + k] << HALF_SHIFT, high);
    }
  }

  private static void subtractOnceIfLarger(long[] a, int i) {
    long[] less = new long[P256Field.LIMBS];
    long borrow = 0;
    for (int k = 0; k < P256Field.LIMBS; k++) {
      long difference = a[i + k] - LIMBS[k] + borrow;
      less[k] = difference & MASK;
      borrow = difference >> BITS;
    }
    if (borrow == 0) {
      System.arraycopy(less, 0, a, i, P256Field.LIMBS);
    }
  }

  /// The inverse of a number in Montgomery form, in Montgomery form.
  static void invert(long[] to, int at, long[] a, int i) {
    BigInteger value = BigInteger.ZERO;
    for (int k = P256Field.LIMBS - 1; k >= 0; k--) {
      value = value.shiftLeft(BITS).add(BigInteger.valueOf(a[i + k]));
    }
    BigInteger inverse = value.multiply(TWICE_FROM_MONTGOMERY).modInverse(ORDER);
    System.arraycopy(P256Field.limbs(inverse), 0, to, at, P256Field.LIMBS);
  }

  /// The order less a number.
  static void negate(long[] a, int i) {
    long borrow = 0;
    for (int k = 0; k < P256Field.LIMBS; k++) {
      long difference = LIMBS[k] - a[i + k] + borrow;
      a[i + k] = difference & MASK;
      borrow = difference >> BITS;
    }
  }

  /// The same number in four limbs of 64 bits.
  static void pack(long[] to, int at, long[] a, int i) {
    to[at] = a[i] | a[i + 1] << 52;
    to[at + 1] = a[i + 1] >>> 12 | a[i + 2] << 40;
    to[at + 2] = a[i + 2] >>> 24 | a[i + 3] << 28;
    to[at + 3] = a[i + 3] >>> 36 | a[i + 4] << 16;
  }
}
