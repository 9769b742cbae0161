package io.denim.ledger;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;

/// The hash by which a private key is known to everyone.
final class KeyHash {
  private KeyHash() {}

  static ByteString of(String key) {
    return Sha256.of(ByteString.copyFromUtf8(key));
  }
}
