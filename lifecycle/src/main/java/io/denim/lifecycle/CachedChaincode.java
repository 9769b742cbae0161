package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.SimulationException;
import io.denim.wire.Sha256;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// A defined chaincode as this peer's organization sees it.
///
/// @param approved whether the organization approved exactly this definition
/// @param sourceHash hash of the field with the package's id, where one was approved
/// @param approvalKeys hashes of the keys under which the approval is kept
record CachedChaincode(
    ChaincodeDefinition definition,
    boolean approved,
    Optional<ByteString> sourceHash,
    Set<ByteString> approvalKeys) {
  CachedChaincode {
    approvalKeys = Set.copyOf(approvalKeys);
  }

  /// Empty if there is no such chaincode (any more).
  static Optional<CachedChaincode> read(String name, String mspId, QueryExecutor state)
      throws LifecycleException {
    Optional<ChaincodeDefinition> committed = Definitions.committed(name, LifecycleState.of(state));
    if (committed.isEmpty()) {
      return Optional.empty();
    }
    ChaincodeDefinition definition = committed.get();
    String privateName = Definitions.privateName(name, definition.sequence());
    LifecycleState.Hashed approvals = LifecycleState.hashedOf(state, mspId);
    Structure parameters = definition.parameters();
    boolean approved =
        StructureStore.mismatches(Structure.NAMESPACES, privateName, parameters, approvals)
            .isEmpty();
    Optional<ByteString> source = Optional.empty();
    if (approved
        && StructureStore.isType(
            Structure.SOURCES, privateName, Structure.localPackage(""), approvals)) {
      source = source(privateName, approvals);
    }
    return Optional.of(
        new CachedChaincode(definition, approved, source, keys(privateName, parameters)));
  }

  private static Optional<ByteString> source(String privateName, LifecycleState.Hashed approvals)
      throws LifecycleException {
    try {
      return approvals.hash(Structure.fieldKey(Structure.SOURCES, privateName, "PackageID"));
    } catch (SimulationException e) {
      throw new LifecycleException(
          "could not check opaque org state for chaincode source hash for '"
              + privateName
              + "': "
              + e.getMessage(),
          e);
    }
  }

  private static Set<ByteString> keys(String privateName, Structure parameters) {
    Set<ByteString> keys = new HashSet<>();
    keys.add(hash(Structure.metadataKey(Structure.NAMESPACES, privateName)));
    for (String field : parameters.fieldNames()) {
      keys.add(hash(Structure.fieldKey(Structure.NAMESPACES, privateName, field)));
    }
    keys.add(hash(Structure.fieldKey(Structure.SOURCES, privateName, "PackageID")));
    return keys;
  }

  private static ByteString hash(String key) {
    return Sha256.of(ByteString.copyFromUtf8(key));
  }
}
