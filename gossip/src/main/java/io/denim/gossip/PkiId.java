package io.denim.gossip;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.Sha256;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// A peer's short name in gossip: the hash of its MSP id and certificate (fabric v3.1.5
/// internal/peer/gossip/mcs.go).
public final class PkiId {
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
}
