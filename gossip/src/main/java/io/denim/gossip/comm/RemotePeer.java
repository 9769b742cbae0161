package io.denim.gossip.comm;

import com.google.protobuf.ByteString;
import io.denim.identity.Identity;

/// The peer at the other end of a connection, as its handshake has proved.
///
/// @param pkiId its short name in gossip
/// @param identity valid when it was seen
/// @param signedData what it signed in the handshake: with the signature a proof for policies of
///   channels (fabric v3.1.5 gossip/protoext/comm.go AuthInfo)
/// @param address of the transport, for logs
public record RemotePeer(
    ByteString pkiId,
    Identity identity,
    ByteString signedData,
    ByteString signature,
    String address) {
  public String mspId() {
    return identity.mspId();
  }

  @Override
  public String toString() {
    return "peer " + PkiId.brief(pkiId) + " of " + mspId() + " at " + address;
  }
}
