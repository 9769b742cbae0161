package io.denim.identity;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/// Reads DER elements one after another, as strictly as Go does: low tag numbers only, definite and
/// shortest lengths, shortest integers. Owned by the thread that reads.
///
/// Follows golang.org/x/crypto/cryptobyte asn1.go.
final class DerReader {
  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /// The bytes are not DER, or not the DER that was asked for.
  static final class DerException extends Exception {
    private static final long serialVersionUID = 1L;

    DerException(String message) {
      super(message);
    }
  }

  private final byte[] bytes;
  private final int end;
  private int at;

  private DerReader(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  static DerReader of(byte[] bytes) {
    return new DerReader(bytes, 0, bytes.length);
  }

  static DerReader of(ByteString bytes) {
    return of(bytes.toByteArray());
  }

  boolean isEmpty() {
    return at >= end;
  }

  /// Whether the next element has this tag.
  boolean next(int tag) {
    return at < end && (bytes[at] & 0xff) == tag;
  }

  /// The next element's tag.
  int peekTag() throws DerException {
    if (at >= end) {
      throw new DerException("no element");
    }
    return bytes[at] & 0xff;
  }

  /// The content of the next element, whatever its tag.
  DerReader any() throws DerException {
    int contentStart = contentStart();
    int contentEnd = contentStart + contentLength(contentStart);
    at = contentEnd;
    return new DerReader(bytes, contentStart, contentEnd);
  }

  /// The content of the next element, which must have this tag.
  DerReader read(int tag) throws DerException {
    if (!next(tag)) {
      throw new DerException("expected tag 0x" + Integer.toHexString(tag));
    }
    return any();
  }

  /// The whole next element with tag and length.
  byte[] element(int tag) throws DerException {
    int start = at;
    read(tag);
    return Arrays.copyOfRange(bytes, start, at);
  }

  /// The whole next element with tag and length, whatever its tag.
  byte[] anyElement() throws DerException {
    int start = at;
    any();
    return Arrays.copyOfRange(bytes, start, at);
  }

  /// What is left, without moving on.
  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  /// An object identifier's content in hexadecimal, which tells identifiers apart as well as dotted
  /// numbers do.
  String objectIdentifier() throws DerException {
    DerReader content = read(OBJECT_IDENTIFIER);
    if (content.isEmpty()) {
      throw new DerException("empty object identifier");
    }
    content.checkBase128();
    return HexFormat.of().formatHex(bytes, content.at, content.end);
  }

  private void checkBase128() throws DerException {
    int octets = 0;
    long value = 0;
    for (int i = at; i < end; i++) {
      boolean padded = octets == 0 && bytes[i] == (byte) 0x80;
      if (padded || octets == 5 || value >= 1 << 24) {
        throw new DerException("malformed object identifier");
      }
      value = (value << 7) | (bytes[i] & 0x7f);
      octets++;
      if (bytes[i] >= 0) {
        octets = 0;
        value = 0;
      }
    }
    if (octets != 0) {
      throw new DerException("truncated object identifier");
    }
  }

  BigInteger integer() throws DerException {
    DerReader content = read(INTEGER);
    int length = content.end - content.at;
    if (length == 0) {
      throw new DerException("empty integer");
    }
    if (length > 1) {
      byte first = bytes[content.at];
      boolean negative = bytes[content.at + 1] < 0;
      if ((first == 0 && !negative) || (first == -1 && negative)) {
        throw new DerException("integer not in its shortest form");
      }
    }
    return new BigInteger(bytes, content.at, length);
  }

  boolean bool() throws DerException {
    DerReader content = read(BOOLEAN);
    if (content.end - content.at != 1) {
      throw new DerException("malformed boolean");
    }
    return switch (bytes[content.at]) {
      case 0 -> false;
      case (byte) 0xff -> true;
      default -> throw new DerException("malformed boolean");
    };
  }

  byte[] octetString() throws DerException {
    return read(OCTET_STRING).rest();
  }

  /// A bit string's content: the number of unused bits at its end, then its bytes.
  byte[] bitString() throws DerException {
    byte[] content = read(BIT_STRING).rest();
    if (content.length == 0) {
      throw new DerException("empty bit string");
    }
    int padding = content[0] & 0xff;
    boolean clean =
        padding <= 7
            && (content.length > 1
                ? (content[content.length - 1] & ((1 << padding) - 1)) == 0
                : padding == 0);
    if (!clean) {
      throw new DerException("malformed bit string");
    }
    return content;
  }

  /// A bit string of whole bytes, or shifted right to be one as Go does.
  byte[] bitStringAligned() throws DerException {
    byte[] content = bitString();
    int padding = content[0];
    byte[] value = Arrays.copyOfRange(content, 1, content.length);
    return padding == 0 ? value : shiftRight(value, padding);
  }

  private static byte[] shiftRight(byte[] value, int bits) {
    byte[] shifted = new byte[value.length];
    int carry = 0;
    for (int i = 0; i < value.length; i++) {
      int octet = value[i] & 0xff;
      shifted[i] = (byte) ((octet >> bits) | carry);
      carry = octet << (8 - bits);
    }
    return shifted;
  }

  private int contentStart() throws DerException {
    if (end - at < 2) {
      throw new DerException("truncated element");
    }
    if ((bytes[at] & 0x1f) == 0x1f) {
      throw new DerException("high tag number");
    }
    int first = bytes[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private int contentLength(int contentStart) throws DerException {
    int first = bytes[at + 1] & 0xff;
    long length = first;
    if (first >= 0x80) {
      int octets = first & 0x7f;
      if (octets == 0 || octets > 4 || contentStart > end) {
        throw new DerException("malformed length");
      }
      length = 0;
      for (int i = at + 2; i < contentStart; i++) {
        length = (length << 8) | (bytes[i] & 0xff);
      }
      if (length < 0x80 || (length >> ((octets - 1) * 8)) == 0) {
        throw new DerException("length not in its shortest form");
      }
    }
    if (length > end - contentStart) {
      throw new DerException("truncated element");
    }
    return (int) length;
  }
}
