package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeEndorsementInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;

/// Definitions and approvals in the state.
final class Definitions {
  private Definitions() {}

  /// The committed sequence, 0 where there is none.
  static long sequence(String chaincode, LifecycleState state) throws LifecycleException {
    return StructureStore.int64(Structure.NAMESPACES, chaincode, "Sequence", state);
  }

  /// The committed definition.
  ///
  /// @throws LifecycleException if the name stands for something that is no chaincode
  static Optional<ChaincodeDefinition> committed(String chaincode, LifecycleState state)
      throws LifecycleException {
    Optional<StateMetadata> metadata =
        StructureStore.metadata(Structure.NAMESPACES, chaincode, state);
    if (metadata.isEmpty()) {
      return Optional.empty();
    }
    if (!metadata.get().getDatatype().equals(Structure.DEFINITION)) {
      throw new LifecycleException("not a chaincode type: " + metadata.get().getDatatype());
    }
    return Optional.of(read(chaincode, sequence(chaincode, state), state));
  }

  /// What an organization approved as that sequence.
  static Optional<ChaincodeDefinition> approved(
      String chaincode, long sequence, LifecycleState state) throws LifecycleException {
    String name = privateName(chaincode, sequence);
    Optional<StateMetadata> metadata = StructureStore.metadata(Structure.NAMESPACES, name, state);
    if (metadata.isEmpty()) {
      return Optional.empty();
    }
    StructureStore.checkType(Structure.PARAMETERS, metadata.get());
    return Optional.of(read(name, sequence, state));
  }

  /// The package that an organization named for its approval: no id if it named none, empty if it
  /// approved nothing.
  static Optional<String> source(String chaincode, long sequence, LifecycleState state)
      throws LifecycleException {
    String name = privateName(chaincode, sequence);
    Optional<StateMetadata> metadata = StructureStore.metadata(Structure.SOURCES, name, state);
    if (metadata.isEmpty()) {
      return Optional.empty();
    }
    if (!metadata.get().getDatatype().equals(Structure.LOCAL_PACKAGE)) {
      throw new LifecycleException(
          "not a chaincode local package type: " + metadata.get().getDatatype());
    }
    return Optional.of(StructureStore.string(Structure.SOURCES, name, "PackageID", state));
  }

  /// The name under which an organization keeps its approval.
  static String privateName(String chaincode, long sequence) {
    return chaincode + "#" + sequence;
  }

  private static ChaincodeDefinition read(String name, long sequence, LifecycleState state)
      throws LifecycleException {
    return new ChaincodeDefinition(
        sequence,
        message(name, "EndorsementInfo", state, ChaincodeEndorsementInfo.parser()),
        message(name, "ValidationInfo", state, ChaincodeValidationInfo.parser()),
        message(name, "Collections", state, CollectionConfigPackage.parser()));
  }

  private static <T> T message(String name, String field, LifecycleState state, Parser<T> parser)
      throws LifecycleException {
    ByteString bytes = StructureStore.bytes(Structure.NAMESPACES, name, field, state);
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new LifecycleException(
          "could not unmarshal key "
              + Structure.fieldKey(Structure.NAMESPACES, name, field)
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
