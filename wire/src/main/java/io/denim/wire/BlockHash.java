package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;

/// The hashes that chain blocks together (fabric v3.1.5 protoutil/blockutils.go): a header's hash
/// is over its ASN.1 DER form `SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data
/// }`, the data's hash over all envelopes joined.
public final class BlockHash {
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;

  private BlockHash() {}

  /// The hash that the next block names as its previous hash.
  public static ByteString ofHeader(BlockHeader header) {
    return Sha256.of(headerBytes(header));
  }

  /// The hash that a header must carry for this data.
  public static ByteString ofData(BlockData data) {
    return Sha256.ofAll(data.getDataList());
  }

  /// A header in DER, as orderers sign it.
  public static ByteString headerBytes(BlockHeader header) {
    byte[] number = unsigned(header.getNumber()).toByteArray();
    byte[] previous = header.getPreviousHash().toByteArray();
    byte[] data = header.getDataHash().toByteArray();
    int length =
        elementLength(number.length) + elementLength(previous.length) + elementLength(data.length);
    var out = new ByteArrayOutputStream(elementLength(length));
    out.write(SEQUENCE);
    writeLength(out, length);
    writeElement(out, INTEGER, number);
    writeElement(out, OCTET_STRING, previous);
    writeElement(out, OCTET_STRING, data);
    return UnsafeByteOperations.unsafeWrap(out.toByteArray());
  }

  private static BigInteger unsigned(long value) {
    BigInteger low = BigInteger.valueOf(value & Long.MAX_VALUE);
    return value < 0 ? low.setBit(63) : low;
  }

  private static int elementLength(int contentLength) {
    return 1 + lengthBytes(contentLength) + contentLength;
  }

  private static int lengthBytes(int length) {
    return length < 0x80 ? 1 : 1 + significantBytes(length);
  }

  private static int significantBytes(int value) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 7) / 8;
  }

  private static void writeElement(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    writeLength(out, content.length);
    out.writeBytes(content);
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int bytes = significantBytes(length);
    out.write(0x80 | bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write(length >>> (8 * i));
    }
  }
}
