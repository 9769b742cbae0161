package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a block changed in the public world state and in the hashes of private data. Safe for use
/// by any thread.
public interface StateUpdates {
  /// Namespaces whose public state or private hashes changed.
  Set<String> namespaces();

  /// New values of public keys, empty where the key is deleted.
  Map<String, Optional<ByteString>> publicUpdates(String namespace);

  /// New hashes of private values by hash of the key, empty where the key is deleted.
  Map<ByteString, Optional<ByteString>> hashedUpdates(String namespace, String collection);
}
