package io.denim.gossip.core;

import com.google.protobuf.ByteString;

/// This peer, as it tells of itself.
///
/// @param identity serialized
/// @param endpoint `host:port` for other organizations; empty if they cannot reach it
/// @param internalEndpoint `host:port` for its own organization
public record Self(
    ByteString pkiId, ByteString identity, String mspId, String endpoint, String internalEndpoint) {
  boolean isOwnEndpoint(String other) {
    if (other.equals(endpoint) || other.equals(internalEndpoint)) {
      return true;
    }
    int colon = internalEndpoint.lastIndexOf(':');
    String port = colon < 0 ? "" : internalEndpoint.substring(colon);
    return other.equals("127.0.0.1" + port) || other.equals("localhost" + port);
  }
}
