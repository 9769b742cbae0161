package io.denim.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 over one or several byte strings, as if they were joined. Safe for use by any thread; a
/// digest object is made for each call, which the fast provider makes cheaper than keeping one per
/// virtual thread.
public final class Sha256 {
  private Sha256() {}

  /// Hashes the parts in order.
  ///
  /// @return 32 bytes
  public static ByteString of(ByteString... parts) {
    MessageDigest digest = digest();
    for (ByteString part : parts) {
      update(digest, part);
    }
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }

  /// Hashes the parts in order.
  ///
  /// @return 32 bytes
  public static ByteString ofAll(Iterable<ByteString> parts) {
    MessageDigest digest = digest();
    for (ByteString part : parts) {
      update(digest, part);
    }
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }

  /// The hash in lower-case hexadecimal, 64 characters.
  public static String hex(ByteString... parts) {
    return HexFormat.of().formatHex(of(parts).toByteArray());
  }

  /// A new digest object for a caller that hashes piece by piece.
  public static MessageDigest digest() {
    try {
      return Crypto.digest("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  private static void update(MessageDigest digest, ByteString part) {
    for (ByteBuffer buffer : part.asReadOnlyByteBufferList()) {
      digest.update(buffer);
    }
  }
}
