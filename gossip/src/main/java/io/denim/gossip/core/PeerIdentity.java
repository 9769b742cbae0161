package io.denim.gossip.core;

import com.google.protobuf.ByteString;

/// An identity that belongs to a member of this peer's organization or channels.
///
/// @param serialized as its peer spells it
/// @param notAfter when its certificate expires, in milliseconds since 1970
public record PeerIdentity(ByteString pkiId, ByteString serialized, String mspId, long notAfter) {}
