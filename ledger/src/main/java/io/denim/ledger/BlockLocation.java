package io.denim.ledger;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/// Where a block's serialized form lies, without the length in front of it.
///
/// @param file the number in the block file's name
/// @param offset in bytes from the start of the file
/// @param length in bytes
/// @param checksum CRC-32C of the serialized form; absent in indexes of before it was kept
record BlockLocation(int file, long offset, int length, OptionalInt checksum) {
  private static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

  /// The location of bytes that are at hand.
  ///
  /// @param from where the serialized form begins in the array, which it fills
  static BlockLocation of(int file, long offset, byte[] bytes, int from) {
    int length = bytes.length - from;
    return new BlockLocation(file, offset, length, OptionalInt.of(checksum(bytes, from, length)));
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }

  /// Whether these are the bytes that were written, as far as known.
  boolean matches(byte[] bytes) {
    return checksum.isEmpty() || checksum.getAsInt() == checksum(bytes, 0, bytes.length);
  }

  long end() {
    return offset + length;
  }

  byte[] encode() {
    ByteBuffer buffer = ByteBuffer.allocate(checksum.isPresent() ? BYTES + Integer.BYTES : BYTES);
    buffer.putInt(file).putLong(offset).putInt(length);
    checksum.ifPresent(buffer::putInt);
    return buffer.array();
  }

  static BlockLocation decode(byte[] bytes) {
    if (bytes.length != BYTES && bytes.length != BYTES + Integer.BYTES) {
      throw new LedgerException("the block index holds a location of " + bytes.length + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new BlockLocation(
        buffer.getInt(),
        buffer.getLong(),
        buffer.getInt(),
        buffer.hasRemaining() ? OptionalInt.of(buffer.getInt()) : OptionalInt.empty());
  }
}
