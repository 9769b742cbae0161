package io.denim.ledger;

import com.google.protobuf.ByteString;

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

  /// The number that begins at an index.
  ///
  /// @throws IndexOutOfBoundsException if the bytes end within it
  static long read(ByteString bytes, int at) {
    long number = 0;
    for (int i = 1; i <= bytes.byteAt(at); i++) {
      number = number << 8 | (bytes.byteAt(at + i) & 0xff);
    }
    return number;
  }

  /// How many bytes the number takes that begins at an index.
  static int length(ByteString bytes, int at) {
    return 1 + bytes.byteAt(at);
  }
}
