package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/// How the state database names keys: namespace, a zero byte, key. Hashes of private data live in
/// the namespace `ns$$hcollection`, clear private data in `ns$$pcollection` (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/privacyenabledstate/db.go).
final class StateKey {
  private StateKey() {}

  static String hashedNamespace(String namespace, String collection) {
    return namespace + "$$h" + collection;
  }

  static String privateNamespace(String namespace, String collection) {
    return namespace + "$$p" + collection;
  }

  static boolean isHashed(String namespace) {
    return namespace.contains("$$h");
  }

  static boolean isPrivate(String namespace) {
    return namespace.contains("$$p");
  }

  /// The collection whose hashes a namespace holds.
  static CollectionName collectionOf(String hashedNamespace) {
    int at = hashedNamespace.indexOf("$$h");
    return new CollectionName(hashedNamespace.substring(0, at), hashedNamespace.substring(at + 3));
  }

  static String namespaceOf(byte[] encoded) {
    return new String(encoded, 0, separator(encoded), StandardCharsets.UTF_8);
  }

  static ByteString keyOf(byte[] encoded) {
    int start = separator(encoded) + 1;
    return ByteString.copyFrom(encoded, start, encoded.length - start);
  }

  private static int separator(byte[] encoded) {
    int at = 0;
    while (encoded[at] != 0) {
      at++;
    }
    return at;
  }

  static byte[] encode(String namespace, ByteString key) {
    byte[] prefix = namespace.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[prefix.length + 1 + key.size()];
    System.arraycopy(prefix, 0, bytes, 0, prefix.length);
    key.copyTo(bytes, prefix.length + 1);
    return bytes;
  }

  /// The first key behind all keys of a namespace.
  static byte[] endOf(String namespace) {
    byte[] bytes = encode(namespace, ByteString.EMPTY);
    bytes[bytes.length - 1] = 1;
    return bytes;
  }
}
