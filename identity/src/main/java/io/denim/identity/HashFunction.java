package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.wire.Crypto;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The hash functions that an MSP's configuration may name (fabric-lib-go bccsp/hashopts.go).
enum HashFunction {
  SHA256("SHA256", "SHA-256"),
  SHA384("SHA384", "SHA-384"),
  SHA3_256("SHA3_256", "SHA3-256"),
  SHA3_384("SHA3_384", "SHA3-384");

  private final String fabricName;
  private final String jcaName;

  HashFunction(String fabricName, String jcaName) {
    this.fabricName = fabricName;
    this.jcaName = jcaName;
  }

  /// @throws MspConfigException if there is no such function
  static HashFunction named(String name) throws MspConfigException {
    for (HashFunction function : values()) {
      if (function.fabricName.equals(name)) {
        return function;
      }
    }
    throw new MspConfigException("hash function not recognized [" + name + "]");
  }

  /// The function for signatures of a family.
  ///
  /// @throws MspConfigException if there is no such family
  static HashFunction ofFamily(String family) throws MspConfigException {
    return switch (family) {
      case "SHA2" -> SHA256;
      case "SHA3" -> SHA3_256;
      default -> throw new MspConfigException("hash family not recognized [" + family + "]");
    };
  }

  ByteString of(Iterable<ByteString> parts) {
    MessageDigest digest;
    try {
      digest = Crypto.digest(jcaName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no " + jcaName, e);
    }
    for (ByteString part : parts) {
      digest.update(part.asReadOnlyByteBuffer());
    }
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }
}
