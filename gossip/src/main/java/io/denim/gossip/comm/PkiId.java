package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Sha256;
import java.util.HexFormat;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// A peer's short name in gossip: the hash of its MSP id and certificate (fabric v3.1.5
/// internal/peer/gossip/mcs.go).
public final class PkiId {
  /// A SHA-256 hash.
  public static final int BYTES = 32;

  private static final int SHOWN_BYTES = 6;

  private PkiId() {}

  /// @param identity serialized
  /// @throws IllegalArgumentException if the identity does not parse
  public static ByteString of(ByteString identity) {
    try {
      SerializedIdentity parsed = SerializedIdentity.parseFrom(identity);
      return Sha256.of(parsed.getMspidBytes(), parsed.getIdBytes());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("a peer's identity does not parse", e);
    }
  }

  /// The beginning of an id in hexadecimal, for logs.
  public static String brief(ByteString pkiId) {
    ByteString shown = pkiId.substring(0, Math.min(SHOWN_BYTES, pkiId.size()));
    return HexFormat.of().formatHex(shown.toByteArray());
  }
}
