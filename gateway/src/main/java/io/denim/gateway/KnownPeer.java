package io.denim.gateway;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.gossip.Envelope;

/// A peer that is alive.
///
/// @param identity serialized
/// @param endpoint `host:port` at which this peer reaches it; of this peer itself the one for other
///   organizations; empty if there is none
/// @param membershipInfo its signed `AliveMessage`
public record KnownPeer(
    String mspId, ByteString identity, String endpoint, Envelope membershipInfo) {}
