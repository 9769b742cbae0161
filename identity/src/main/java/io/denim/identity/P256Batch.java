package io.denim.identity;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// Verifies many ECDSA signatures over P-256 at once (FIPS 186-5 6.4.2), of keys whose tables are
/// at hand: a signature's point is the sum of 52 points from tables, added in pairs, all
/// signatures' pairs with one inversion a round. Exact: the answer is that of verifying one by one.
/// Where the short formulas for adding do not hold, which nobody meets by chance, there is no
/// answer.
final class P256Batch {
  private static final int LIMBS = P256Field.LIMBS;
  private static final int POINT = P256Table.POINT;
  private static final int TERMS = 2 * P256Table.WINDOWS;
  private static final int PACKED = 4; // longs of a factor
  private static final int DIGEST_BYTES = 32;

  private final List<Check> checks;
  private final long[]
      factors; // for each signature those of the generator and of its key, both odd
  private final boolean[] opposite; // for each factor whether its number was even and was negated
  private final long[] points;
  private final P256Sums sums;

  /// A signature to be verified.
  ///
  /// @param digest 32 bytes
  /// @param r between 1 and the order less 1, as is `s`
  record Check(P256Table key, ByteString digest, BigInteger r, BigInteger s) {
    /// Whether a signature over a digest can be checked here at all.
    static boolean isPossible(ByteString digest, EcdsaSignature signature) {
      return digest.size() == DIGEST_BYTES
          && signature.r().compareTo(P256Order.ORDER) < 0
          && signature.s().compareTo(P256Order.ORDER) < 0;
    }
  }

  private P256Batch(List<Check> checks) {
    this.checks = checks;
    this.factors = new long[checks.size() * 2 * PACKED];
    this.opposite = new boolean[checks.size() * 2];
    this.points = new long[checks.size() * (TERMS / 2) * POINT];
    this.sums = new P256Sums(checks.size() * (TERMS / 2));
  }

  /// @return for each signature whether it is good; empty if they have to be verified otherwise
  static Optional<boolean[]> verify(List<Check> checks) {
    if (checks.isEmpty()) {
      return Optional.of(new boolean[0]);
    }
    P256Batch batch = new P256Batch(checks);
    batch.findFactors();
    return batch.addUp() ? Optional.of(batch.compare()) : Optional.empty();
  }

  /// `u1 = e / s` and `u2 = r / s` for all signatures, with a single inversion.
  private void findFactors() {
    int count = checks.size();
    long[] products = new long[(count + 1) * LIMBS];
    long[] numbers = new long[count * LIMBS];
    P256Order.encode(products, count * LIMBS, BigInteger.ONE);
    for (int i = count - 1; i >= 0; i--) {
      P256Order.encode(numbers, i * LIMBS, checks.get(i).s());
      P256Order.multiply(products, i * LIMBS, products, (i + 1) * LIMBS, numbers, i * LIMBS);
    }
    long[] inverse = new long[LIMBS];
    long[] one = new long[LIMBS];
    P256Order.invert(inverse, 0, products, 0);
    for (int i = 0; i < count; i++) {
      Check check = checks.get(i);
      P256Order.multiply(one, 0, inverse, 0, products, (i + 1) * LIMBS);
      P256Order.multiply(inverse, 0, inverse, 0, numbers, i * LIMBS);
      BigInteger e = new BigInteger(1, check.digest().toByteArray());
      setFactor(2 * i, e, one);
      setFactor(2 * i + 1, check.r(), one);
    }
  }

  /// An even number is replaced by its opposite.
  private void setFactor(int factor, BigInteger number, long[] overS) {
    long[] product = new long[LIMBS];
    P256Order.multiply(product, 0, P256Field.limbs(number), 0, overS, 0);
    if ((product[0] & 1) == 0) {
      P256Order.negate(product, 0);
      opposite[factor] = true;
    }
    P256Order.pack(factors, factor * PACKED, product, 0);
  }

  private boolean addUp() {
    int perCheck = TERMS / 2;
    for (int i = 0; i < checks.size(); i++) {
      for (int window = 0; window < P256Table.WINDOWS; window++) {
        setTerm(i, 2 * i, window, P256Table.GENERATOR);
        setTerm(i, 2 * i + 1, window, checks.get(i).key());
      }
    }
    if (!sums.add(checks.size() * perCheck)) {
      return false;
    }
    for (int pair = 0; pair < checks.size() * perCheck; pair++) {
      sums.copy(pair, points, pair * POINT);
    }
    for (int left = perCheck; left > 1; left = left / 2 + left % 2) {
      if (!addNeighbours(left, perCheck)) {
        return false;
      }
    }
    return true;
  }

  /// One round's pair: a window's point of the generator and of the key.
  private void setTerm(int check, int factor, int window, P256Table table) {
    int digit = P256Table.digit(factors, factor * PACKED, window);
    boolean negative = digit < 0 != opposite[factor];
    int offset = P256Table.offset(window, Math.abs(digit));
    int pair = check * P256Table.WINDOWS + window;
    if (factor % 2 == 0) {
      sums.left(pair, table.points(), offset, negative);
    } else {
      sums.right(pair, table.points(), offset, negative);
    }
  }

  /// Halves the number of each signature's points.
  private boolean addNeighbours(int left, int stride) {
    int pairs = left / 2;
    for (int i = 0; i < checks.size(); i++) {
      for (int pair = 0; pair < pairs; pair++) {
        int at = (i * stride + 2 * pair) * POINT;
        sums.left(i * pairs + pair, points, at, false);
        sums.right(i * pairs + pair, points, at + POINT, false);
      }
    }
    if (!sums.add(checks.size() * pairs)) {
      return false;
    }
    for (int i = 0; i < checks.size(); i++) {
      int first = i * stride;
      if (left % 2 == 1) {
        System.arraycopy(
            points, (first + left - 1) * POINT, points, (first + pairs) * POINT, POINT);
      }
      for (int pair = 0; pair < pairs; pair++) {
        sums.copy(i * pairs + pair, points, (first + pair) * POINT);
      }
    }
    return true;
  }

  /// A signature is good if `r` is its point's `x` modulo the order.
  private boolean[] compare() {
    boolean[] good = new boolean[checks.size()];
    for (int i = 0; i < good.length; i++) {
      BigInteger r = checks.get(i).r();
      BigInteger above = r.add(P256Order.ORDER);
      int x = i * (TERMS / 2) * POINT;
      good[i] = isX(x, r) || (above.compareTo(P256Field.PRIME) < 0 && isX(x, above));
    }
    return good;
  }

  private boolean isX(int at, BigInteger value) {
    long[] difference = new long[LIMBS];
    P256Field.encode(value, difference, 0);
    P256Field.subtract(difference, 0, difference, 0, points, at);
    return P256Field.isZero(difference, 0);
  }
}
