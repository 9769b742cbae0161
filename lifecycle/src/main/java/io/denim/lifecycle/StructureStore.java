package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.peer.lifecycle.StateData;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;

/// Reads, writes and compares structures in the lifecycle's state. Which keys are read and written
/// is part of every endorsement, so it is exactly Fabric's (fabric v3.1.5
/// core/chaincode/lifecycle/serializer.go).
final class StructureStore {
  private StructureStore() {}

  /// Writes what differs from what is there.
  static void write(
      String namespace, String name, Structure structure, LifecycleState.Writable state)
      throws LifecycleException {
    try {
      Optional<StateMetadata> metadata = metadata(namespace, name, state);
      List<String> known = metadata.map(m -> List.copyOf(m.getFieldsList())).orElse(List.of());
      Map<String, Optional<ByteString>> existing = new TreeMap<>();
      for (String field : known) {
        String key = Structure.fieldKey(namespace, name, field);
        existing.put(key, state.get(key));
      }
      for (Map.Entry<String, StateData> field : structure.fields().entrySet()) {
        String key = Structure.fieldKey(namespace, name, field.getKey());
        ByteString value = field.getValue().toByteString();
        if (!existing.containsKey(key) || !existing.get(key).equals(Optional.of(value))) {
          state.put(key, value);
        }
        existing.remove(key);
      }
      boolean sameType = metadata.map(m -> m.getDatatype().equals(structure.type())).orElse(false);
      if (!existing.isEmpty() || !sameType || known.size() != structure.fields().size()) {
        state.put(Structure.metadataKey(namespace, name), structure.metadata());
      }
      for (String unneeded : existing.keySet()) {
        state.delete(unneeded);
      }
    } catch (SimulationException e) {
      throw new LifecycleException("could not write key into state: " + e.getMessage(), e);
    }
  }

  /// What an organization approved differently, compared by hashes: names of fields, or the name of
  /// the type if there is nothing of it.
  static List<String> mismatches(
      String namespace, String name, Structure structure, LifecycleState.Hashed state)
      throws LifecycleException {
    Map<String, Optional<ByteString>> hashes = new LinkedHashMap<>();
    String metadataKey = Structure.metadataKey(namespace, name);
    hashes.put(metadataKey, hash(metadataKey, state));
    for (String field : structure.fieldNames()) {
      String key = Structure.fieldKey(namespace, name, field);
      hashes.put(key, hash(key, state));
    }
    if (!isHashOf(structure.metadata(), hashes.getOrDefault(metadataKey, Optional.empty()))) {
      return List.of(structure.type());
    }
    List<String> mismatches = new ArrayList<>();
    for (Map.Entry<String, StateData> field : structure.fields().entrySet()) {
      String key = Structure.fieldKey(namespace, name, field.getKey());
      if (!isHashOf(field.getValue().toByteString(), hashes.getOrDefault(key, Optional.empty()))) {
        mismatches.add(field.getKey());
      }
    }
    return mismatches;
  }

  /// Whether a structure of this type is there, by hash.
  static boolean isType(
      String namespace, String name, Structure structure, LifecycleState.Hashed state)
      throws LifecycleException {
    return isHashOf(structure.metadata(), hash(Structure.metadataKey(namespace, name), state));
  }

  static Optional<StateMetadata> metadata(String namespace, String name, LifecycleState state)
      throws LifecycleException {
    Optional<ByteString> bytes;
    try {
      bytes = state.get(Structure.metadataKey(namespace, name));
    } catch (SimulationException e) {
      throw new LifecycleException(
          "could not query metadata for namespace "
              + namespace
              + "/"
              + name
              + ": "
              + e.getMessage(),
          e);
    }
    return bytes.isEmpty()
        ? Optional.empty()
        : Optional.of(parseMetadata(namespace + "/" + name, bytes.get()));
  }

  /// What types there are, by name.
  static Map<String, StateMetadata> allMetadata(String namespace, LifecycleState state)
      throws LifecycleException {
    String prefix = Structure.metadataKey(namespace, "");
    Map<String, StateMetadata> all = new TreeMap<>();
    try {
      for (Map.Entry<String, ByteString> entry : state.startingWith(prefix).entrySet()) {
        all.put(
            entry.getKey().substring(prefix.length()),
            parseMetadata(entry.getKey(), entry.getValue()));
      }
    } catch (SimulationException e) {
      throw new LifecycleException(
          "could not get state range for namespace " + namespace + ": " + e.getMessage(), e);
    }
    return all;
  }

  static void checkType(String expected, StateMetadata metadata) throws LifecycleException {
    if (!metadata.getDatatype().equals(expected)) {
      throw new LifecycleException(
          "type name mismatch '" + expected + "' != '" + metadata.getDatatype() + "'");
    }
  }

  /// An absent field reads as 0.
  static long int64(String namespace, String name, String field, LifecycleState state)
      throws LifecycleException {
    StateData data = field(namespace, name, field, state);
    return switch (data.getTypeCase()) {
      case TYPE_NOT_SET -> 0;
      case INT64 -> data.getInt64();
      case BYTES, STRING -> throw wrongKind(namespace, name, field, "Int64", data);
    };
  }

  /// An absent field reads as no bytes.
  static ByteString bytes(String namespace, String name, String field, LifecycleState state)
      throws LifecycleException {
    StateData data = field(namespace, name, field, state);
    return switch (data.getTypeCase()) {
      case TYPE_NOT_SET -> ByteString.EMPTY;
      case BYTES -> data.getBytes();
      case INT64, STRING -> throw wrongKind(namespace, name, field, "[]byte", data);
    };
  }

  /// An absent field reads as no text.
  static String string(String namespace, String name, String field, LifecycleState state)
      throws LifecycleException {
    StateData data = field(namespace, name, field, state);
    return switch (data.getTypeCase()) {
      case TYPE_NOT_SET -> "";
      case STRING -> data.getString();
      case INT64, BYTES -> throw wrongKind(namespace, name, field, "String", data);
    };
  }

  private static StateData field(String namespace, String name, String field, LifecycleState state)
      throws LifecycleException {
    String key = Structure.fieldKey(namespace, name, field);
    try {
      return StateData.parseFrom(state.get(key).orElse(ByteString.EMPTY));
    } catch (SimulationException e) {
      throw new LifecycleException("could not get state for key " + key + ": " + e.getMessage(), e);
    } catch (InvalidProtocolBufferException e) {
      throw new LifecycleException(
          "could not unmarshal state for key " + key + ": " + e.getMessage(), e);
    }
  }

  private static LifecycleException wrongKind(
      String namespace, String name, String field, String expected, StateData data) {
    return new LifecycleException(
        "expected key "
            + Structure.fieldKey(namespace, name, field)
            + " to encode a value of type "
            + expected
            + ", but was "
            + data.getTypeCase());
  }

  private static StateMetadata parseMetadata(String what, ByteString bytes)
      throws LifecycleException {
    try {
      return StateMetadata.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new LifecycleException(
          "could not unmarshal metadata for namespace " + what + ": " + e.getMessage(), e);
    }
  }

  private static Optional<ByteString> hash(String key, LifecycleState.Hashed state)
      throws LifecycleException {
    try {
      return state.hash(key);
    } catch (SimulationException e) {
      throw new LifecycleException("could not get value for key " + key + ": " + e.getMessage(), e);
    }
  }

  private static boolean isHashOf(ByteString value, Optional<ByteString> hash) {
    return hash.equals(Optional.of(Sha256.of(value)));
  }
}
