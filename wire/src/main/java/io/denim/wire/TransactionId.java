package io.denim.wire;

import com.google.protobuf.ByteString;

/// A transaction's id as its creator must form it: the hexadecimal SHA-256 of nonce and creator
/// (fabric v3.1.5 protoutil/proputils.go ComputeTxID).
public final class TransactionId {
  private TransactionId() {}

  /// @param nonce as in the signature header
  /// @param creator the serialized identity, as in the signature header
  /// @return 64 lower-case hexadecimal digits
  public static String of(ByteString nonce, ByteString creator) {
    return Sha256.hex(nonce, creator);
  }
}
