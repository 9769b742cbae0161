package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.Version;
import org.jspecify.annotations.Nullable;

/// The place of a transaction in its chain, which is the version of what it wrote (fabric v3.1.5
/// core/ledger/internal/version). Both numbers are unsigned.
record Height(long block, long tx) implements Comparable<Height> {
  static @Nullable Height of(boolean present, Version version) {
    return present ? new Height(version.getBlockNum(), version.getTxNum()) : null;
  }

  Version toProto() {
    return Version.newBuilder().setBlockNum(block).setTxNum(tx).build();
  }

  /// The height that {@link #toBytes} wrote.
  static Height ofBytes(ByteString bytes) throws IOException {
    try {
      long block = OrderedNumbers.read(bytes, 0);
      return new Height(block, OrderedNumbers.read(bytes, OrderedNumbers.length(bytes, 0)));
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("error while decoding version", e);
    }
  }

  /// The order-preserving form that the commit hash covers.
  ByteString toBytes() {
    byte[] bytes = new byte[18];
    int at = OrderedNumbers.write(block, bytes, 0);
    at = OrderedNumbers.write(tx, bytes, at);
    return ByteString.copyFrom(bytes, 0, at);
  }

  @Override
  public int compareTo(Height other) {
    int blocks = Long.compareUnsigned(block, other.block);
    return blocks != 0 ? blocks : Long.compareUnsigned(tx, other.tx);
  }

  /// As Fabric's error texts show it.
  @Override
  public String toString() {
    return "{BlockNum: %s, TxNum: %s}"
        .formatted(Long.toUnsignedString(block), Long.toUnsignedString(tx));
  }

  /// As Fabric's error texts show a version that may be absent.
  static String text(@Nullable Height height) {
    return height == null ? "<nil>" : height.toString();
  }
}
