package io.denim.gateway;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// A peer that is alive.
///
/// @param identity serialized
/// @param endpoint `host:port` at which other organizations reach it; empty if they cannot
/// @param membershipInfo its signed `AliveMessage`
public record KnownPeer(
    String mspId, ByteString identity, String endpoint, Envelope membershipInfo) {
  /// A peer that this one has been told of, not by itself: its message is unsigned.
  public static KnownPeer toldOf(String mspId, ByteString identity, String endpoint) {
    Envelope alive =
        GossipMessages.unsigned(
            GossipMessages.of(identity).alive(endpoint, GossipMessages.earliest()));
    return new KnownPeer(mspId, identity, endpoint, alive);
  }
}
