package io.denim.ledger;

import java.nio.ByteBuffer;

/// Where a block's serialized form lies, without the length in front of it.
///
/// @param file the number in the block file's name
/// @param offset in bytes from the start of the file
/// @param length in bytes
record BlockLocation(int file, long offset, int length) {
  private static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

  long end() {
    return offset + length;
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES).putInt(file).putLong(offset).putInt(length).array();
  }

  static BlockLocation decode(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new LedgerException("the block index holds a location of " + bytes.length + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new BlockLocation(buffer.getInt(), buffer.getLong(), buffer.getInt());
  }
}
