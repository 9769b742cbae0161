package io.denim.wire;

import com.google.protobuf.ByteString;

/// A TLS certificate chain and its private key, both PEM.
///
/// @param certificateChain the node's own certificate first
/// @param privateKey PKCS#8 or SEC 1
public record TlsKeyPair(ByteString certificateChain, ByteString privateKey) {
  @Override
  public String toString() {
    return "TlsKeyPair[certificateChain=" + certificateChain.size() + " bytes, privateKey=hidden]";
  }
}
