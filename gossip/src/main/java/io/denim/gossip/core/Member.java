package io.denim.gossip.core;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// Another peer that is alive.
///
/// @param identity serialized
/// @param endpoint `host:port` for other organizations; empty if they cannot reach it
/// @param internalEndpoint `host:port` for its own organization; empty where it is not told
/// @param alive its last signed `AliveMessage`
public record Member(
    ByteString pkiId,
    String mspId,
    ByteString identity,
    String endpoint,
    String internalEndpoint,
    Envelope alive) {
  /// Where this peer reaches it; empty if it cannot dial it.
  public String preferredEndpoint() {
    return internalEndpoint.isEmpty() ? endpoint : internalEndpoint;
  }

  Outbox.Destination destination() {
    return new Outbox.Destination(pkiId, preferredEndpoint());
  }
}
