package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;

/// CRC-32 with Castagnoli's polynomial, going on from any earlier value, which the runtime's own
/// does not do.
final class RunningChecksum {
  private static final int POLYNOMIAL = 0x82f63b78; // bits reversed
  private static final int[] TABLE = table();

  private RunningChecksum() {}

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int value = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        value = (value & 1) == 0 ? value >>> 1 : (value >>> 1) ^ POLYNOMIAL;
      }
      table[i] = value;
    }
    return table;
  }

  /// The checksum of what one was made of, followed by more bytes.
  static int update(int checksum, ByteString bytes) {
    int value = ~checksum;
    for (int i = 0; i < bytes.size(); i++) {
      value = TABLE[(value ^ bytes.byteAt(i)) & 0xff] ^ (value >>> Byte.SIZE);
    }
    return ~value;
  }
}
