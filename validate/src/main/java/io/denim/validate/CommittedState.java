package io.denim.validate;

import com.google.protobuf.ByteString;
import java.util.Optional;

/// What validation asks of a channel's ledger, as it stands after the block before the one that is
/// validated. Used by one thread at a time.
public interface CommittedState {
  /// Whether the ledger holds a transaction with this id, valid or not.
  boolean hasTransaction(String txId);

  /// The policy that writes to a chaincode's namespace need.
  ///
  /// @return a serialized `ApplicationPolicy`; empty if there is no such chaincode
  Optional<ByteString> validationParameter(String chaincode);

  /// The policy that writes to a chaincode's collection need.
  CollectionPolicy collectionPolicy(String chaincode, String collection);

  /// The key-level policy of a key.
  ///
  /// @return a serialized `SignaturePolicyEnvelope`; empty if the key has none
  Optional<ByteString> keyPolicy(String chaincode, String key);

  /// The key-level policy of a private key, empty also where there is no such collection.
  Optional<ByteString> privateKeyPolicy(String chaincode, String collection, ByteString keyHash);

  /// Which policy guards a collection.
  sealed interface CollectionPolicy {
    /// Its own.
    ///
    /// @param parameter a serialized `ApplicationPolicy`
    record Own(ByteString parameter) implements CollectionPolicy {}

    /// That of its chaincode.
    record OfChaincode() implements CollectionPolicy {}

    /// There is no such collection.
    record Undefined(String reason) implements CollectionPolicy {}
  }
}
