package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;

/// The two numbers of an ECDSA signature.
///
/// Follows fabric-lib-go bccsp/utils/ecdsa.go (as used by fabric v3.1.5).
record EcdsaSignature(BigInteger r, BigInteger s) {
  /// Bytes after the two numbers and after the sequence are ignored, as Fabric does.
  ///
  /// @throws DerException with Fabric's words
  static EcdsaSignature parse(ByteString der) throws DerException {
    BigInteger r;
    BigInteger s;
    try {
      DerReader pair = DerReader.of(der).read(DerReader.SEQUENCE);
      r = pair.integer();
      s = pair.integer();
    } catch (DerException e) {
      throw new DerException("failed unmashalling signature [" + e.getMessage() + "]");
    }
    if (r.signum() != 1) {
      throw new DerException("invalid signature, R must be larger than zero");
    }
    if (s.signum() != 1) {
      throw new DerException("invalid signature, S must be larger than zero");
    }
    return new EcdsaSignature(r, s);
  }

  /// Whether the bytes are a signature and nothing else, as Go demands of a certificate's.
  static boolean isStrict(ByteString der) {
    try {
      DerReader outer = DerReader.of(der);
      DerReader pair = outer.read(DerReader.SEQUENCE);
      return outer.isEmpty()
          && pair.integer().signum() >= 0
          && pair.integer().signum() >= 0
          && pair.isEmpty();
    } catch (DerException e) {
      return false;
    }
  }

  boolean isLowS(BigInteger order) {
    return s.compareTo(order.shiftRight(1)) <= 0;
  }

  EcdsaSignature toLowS(BigInteger order) {
    return isLowS(order) ? this : new EcdsaSignature(r, order.subtract(s));
  }

  ByteString der() {
    return UnsafeByteOperations.unsafeWrap(
        DerWriter.sequence(DerWriter.integer(r), DerWriter.integer(s)));
  }
}
