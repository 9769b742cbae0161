package io.denim.identity;

import java.math.BigInteger;

/// Arithmetic modulo the prime of curve P-256 (FIPS 186-4 D.1.2.3), for verifying many signatures
/// at once. An element is five signed limbs of 52 bits, the lowest first, in an array from an
/// offset on, in Montgomery form with R = 2^260. Values are kept below 2^258 in magnitude and limbs
/// below 2^54, not fully reduced. Time depends on values, so no secrets may go through here.
///
/// The prime is 2^256 - 2^224 + 2^192 + 2^96 - 1: what is added in a step of Montgomery's reduction
/// is the lowest limb times that, which takes shifts alone.
final class P256Field {
  /// Limbs of an element.
  static final int LIMBS = 5;

  static final BigInteger PRIME =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

  private static final int BITS = 52;
  private static final long MASK = (1L << BITS) - 1;
  private static final int HALF_SHIFT = (Long.SIZE - BITS) / 2;
  private static final long[] TO_MONTGOMERY =
      limbs(BigInteger.ONE.shiftLeft(2 * LIMBS * BITS).mod(PRIME));
  private static final long[][] ZEROS = {
    limbs(BigInteger.ZERO),
    limbs(PRIME),
    limbs(PRIME.negate()),
    limbs(PRIME.shiftLeft(1)),
    limbs(PRIME.shiftLeft(1).negate())
  };

  private P256Field() {}

  /// The limbs of a number, the highest one with its sign; not in Montgomery form.
  static long[] limbs(BigInteger value) {
    long[] limbs = new long[LIMBS];
    for (int i = 0; i < LIMBS; i++) {
      BigInteger rest = value.shiftRight(i * BITS);
      limbs[i] = i < LIMBS - 1 ? rest.longValue() & MASK : rest.longValue();
    }
    return limbs;
  }

  /// Writes a number in Montgomery form.
  static void encode(BigInteger value, long[] to, int at) {
    multiply(to, at, limbs(value), 0, TO_MONTGOMERY, 0);
  }

  /// Multiplies; the result may overwrite an operand.
  static void multiply(long[] to, int at, long[] a, int i, long[] b, int j) {
    long a0 = a[i];
    long a1 = a[i + 1];
    long a2 = a[i + 2];
    long a3 = a[i + 3];
    long a4 = a[i + 4];
    long h0 = a0 << HALF_SHIFT;
    long h1 = a1 << HALF_SHIFT;
    long h2 = a2 << HALF_SHIFT;
    long h3 = a3 << HALF_SHIFT;
    long h4 = a4 << HALF_SHIFT;
    long c0 = 0;
    long c1 = 0;
    long c2 = 0;
    long c3 = 0;
    long c4 = 0;
    for (int k = 0; k < LIMBS; k++) {
      long low = b[j + k];
      long high = low << HALF_SHIFT;
      c0 += (a0 * low) & MASK;
      c1 += ((a1 * low) & MASK) + Math.multiplyHigh(h0, high);
      c2 += ((a2 * low) & MASK) + Math.multiplyHigh(h1, high);
      c3 += ((a3 * low) & MASK) + Math.multiplyHigh(h2, high);
      c4 += ((a4 * low) & MASK) + Math.multiplyHigh(h3, high);
      long c5 = Math.multiplyHigh(h4, high);
      long m = c0 & MASK;
      c1 += (c0 >> BITS) + ((m << 44) & MASK);
      c2 += m >>> 8;
      c3 += (m << 36) & MASK;
      c4 += (m >>> 16) - ((m << 16) & MASK) + ((m << 48) & MASK);
      c5 += (m >>> 4) - (m >>> 36);
      c0 = c1;
      c1 = c2;
      c2 = c3;
      c3 = c4;
      c4 = c5;
    }
    store(to, at, c0, c1, c2, c3, c4);
  }

  /// Squares; the result may overwrite the operand.
  static void square(long[] to, int at, long[] a, int i) {
    long a0 = a[i];
    long a1 = a[i + 1];
    long a2 = a[i + 2];
    long a3 = a[i + 3];
    long a4 = a[i + 4];
    long h0 = a0 << HALF_SHIFT;
    long h1 = a1 << HALF_SHIFT;
    long h2 = a2 << HALF_SHIFT;
    long h3 = a3 << HALF_SHIFT;
    long h4 = a4 << HALF_SHIFT;
    long c0 = (a0 * a0) & MASK;
    long c1 = ((2 * a0 * a1) & MASK) + high(h0, h0);
    long c2 = ((2 * a0 * a2) & MASK) + ((a1 * a1) & MASK) + high(2 * h0, h1);
    long c3 = ((2 * a0 * a3) & MASK) + ((2 * a1 * a2) & MASK) + high(2 * h0, h2) + high(h1, h1);
    long c4 =
        ((2 * a0 * a4) & MASK)
            + ((2 * a1 * a3) & MASK)
            + ((a2 * a2) & MASK)
            + high(2 * h0, h3)
            + high(2 * h1, h2);
    long c5 =
        ((2 * a1 * a4) & MASK)
            + ((2 * a2 * a3) & MASK)
            + high(2 * h0, h4)
            + high(2 * h1, h3)
            + high(h2, h2);
    long c6 = ((2 * a2 * a4) & MASK) + ((a3 * a3) & MASK) + high(2 * h1, h4) + high(2 * h2, h3);
    long c7 = ((2 * a3 * a4) & MASK) + high(2 * h2, h4) + high(h3, h3);
    long c8 = ((a4 * a4) & MASK) + high(2 * h3, h4);
    long c9 = high(h4, h4);
    for (int k = 0; k < LIMBS; k++) {
      long m = c0 & MASK;
      c1 += (c0 >> BITS) + ((m << 44) & MASK);
      c2 += m >>> 8;
      c3 += (m << 36) & MASK;
      c4 += (m >>> 16) - ((m << 16) & MASK) + ((m << 48) & MASK);
      c5 += (m >>> 4) - (m >>> 36);
      c0 = c1;
      c1 = c2;
      c2 = c3;
      c3 = c4;
      c4 = c5;
      c5 = c6;
      c6 = c7;
      c7 = c8;
      c8 = c9;
      c9 = 0;
    }
    store(to, at, c0, c1, c2, c3, c4);
  }

  private static long high(long a, long b) {
    return Math.multiplyHigh(a, b);
  }

  private static void store(long[] to, int at, long c0, long c1, long c2, long c3, long c4) {
    long d1 = c1 + (c0 >> BITS);
    long d2 = c2 + (d1 >> BITS);
    long d3 = c3 + (d2 >> BITS);
    to[at] = c0 & MASK;
    to[at + 1] = d1 & MASK;
    to[at + 2] = d2 & MASK;
    to[at + 3] = d3 & MASK;
    to[at + 4] = c4 + (d3 >> BITS);
  }

  /// Subtracts limb by limb; the result is good as an operand of one multiplication.
  static void subtract(long[] to, int at, long[] a, int i, long[] b, int j) {
    for (int k = 0; k < LIMBS; k++) {
      to[at + k] = a[i + k] - b[j + k];
    }
  }

  /// Brings a sum or difference of a few elements to about the prime's size.
  static void reduce(long[] a, int i) {
    long top = a[i + 4] >> 48; // what is above 2^256, of which the prime differs by little
    store(
        a,
        i,
        a[i] + top,
        a[i + 1] - (top << 44),
        a[i + 2],
        a[i + 3] - (top << 36),
        a[i + 4] - (top << 48) + (top << 16));
  }

  /// Whether an element, which this call may write anew, is a multiple of the prime.
  static boolean isZero(long[] a, int i) {
    reduce(a, i);
    for (long[] zero : ZEROS) {
      boolean equal = true;
      for (int k = 0; k < LIMBS; k++) {
        equal &= a[i + k] == zero[k];
      }
      if (equal) {
        return true;
      }
    }
    return false;
  }

  /// The inverse, as the power with the prime less 2 as exponent.
  static void invert(long[] to, int at, long[] a, int i) {
    long[] x = a.clone();
    long[] run = new long[5 * LIMBS]; // powers whose exponents are 2, 4, 8, 16, 32 ones
    squareAndMultiply(run, 0, x, i, 1, x, i);
    for (int k = 1; k < 5; k++) {
      int before = (k - 1) * LIMBS;
      squareAndMultiply(run, k * LIMBS, run, before, 1 << k, run, before);
    }
    int ones32 = 4 * LIMBS;
    squareAndMultiply(to, at, run, ones32, 32, x, i);
    squareAndMultiply(to, at, to, at, 128, run, ones32);
    squareAndMultiply(to, at, to, at, 32, run, ones32);
    for (int k = 3; k >= 0; k--) {
      squareAndMultiply(to, at, to, at, 2 << k, run, k * LIMBS);
    }
    squareAndMultiply(to, at, to, at, 2, x, i);
  }

  private static void squareAndMultiply(
      long[] to, int at, long[] a, int i, int squarings, long[] factor, int j) {
    square(to, at, a, i);
    for (int k = 1; k < squarings; k++) {
      square(to, at, to, at);
    }
    multiply(to, at, to, at, factor, j);
  }
}
