package io.denim.identity;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/// Joins DER elements. Stateless.
final class DerWriter {
  private DerWriter() {}

  static byte[] sequence(byte[]... elements) {
    return element(DerReader.SEQUENCE, elements);
  }

  static byte[] integer(BigInteger value) {
    return element(DerReader.INTEGER, value.toByteArray());
  }

  static byte[] octetString(byte[] value) {
    return element(DerReader.OCTET_STRING, value);
  }

  static byte[] bitString(byte[] value) {
    return element(DerReader.BIT_STRING, new byte[1], value);
  }

  static byte[] element(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    writeLength(out, length);
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(0x80 | octets);
    for (int i = octets - 1; i >= 0; i--) {
      out.write(length >> (8 * i));
    }
  }
}
