package io.denim.gossip.comm;

import com.google.protobuf.ByteString;

/// Whom a message goes to, and where it is to be found if there is no connection yet.
///
/// @param endpoint `host:port`; empty where only an open connection will do
public record PeerAddress(ByteString pkiId, String endpoint) {
  @Override
  public String toString() {
    return PkiId.brief(pkiId) + (endpoint.isEmpty() ? "" : " at " + endpoint);
  }
}
