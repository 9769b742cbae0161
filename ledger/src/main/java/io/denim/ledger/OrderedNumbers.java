package io.denim.ledger;

/// Unsigned numbers as bytes whose order is the numbers' order: how many bytes follow, then these,
/// most significant first (fabric v3.1.5 common/ledger/util/util.go).
final class OrderedNumbers {
  /// The most bytes that a number takes.
  static final int MAX_LENGTH = 9;

  private OrderedNumbers() {}

  /// @return the index after the last byte written
  static int write(long number, byte[] into, int at) {
    int length = (Long.SIZE - Long.numberOfLeadingZeros(number) + 7) / 8;
    into[at] = (byte) length;
    for (int i = 1; i <= length; i++) {
      into[at + i] = (byte) (number >>> (8 * (length - i)));
    }
    return at + 1 + length;
  }
}
