package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.peer.lifecycle.StateData;
import org.hyperledger.fabric.protos.peer.lifecycle.StateMetadata;

/// A record as the lifecycle's state holds it: a type's name, and each field under a key of its own
/// (fabric v3.1.5 core/chaincode/lifecycle/serializer.go). Names, order of fields and bytes are
/// part of the format: organizations compare hashes of them.
///
/// @param fields in the order of the type
record Structure(String type, Map<String, StateData> fields) {
  static final String DEFINITION = "ChaincodeDefinition";
  static final String PARAMETERS = "ChaincodeParameters";
  static final String LOCAL_PACKAGE = "ChaincodeLocalPackage";

  /// Where chaincodes are defined, and where an organization's packages for them are named.
  static final String NAMESPACES = "namespaces";

  static final String SOURCES = "chaincode-sources";

  record Field(String name, StateData value) {}

  static Structure of(String type, Field... fields) {
    Map<String, StateData> values = new LinkedHashMap<>();
    for (Field field : fields) {
      values.put(field.name(), field.value());
    }
    return new Structure(type, values);
  }

  static Structure localPackage(String packageId) {
    return of(
        LOCAL_PACKAGE, new Field("PackageID", StateData.newBuilder().setString(packageId).build()));
  }

  static Field bytes(String name, MessageLite value) {
    return new Field(name, StateData.newBuilder().setBytes(value.toByteString()).build());
  }

  static Field int64(String name, long value) {
    return new Field(name, StateData.newBuilder().setInt64(value).build());
  }

  List<String> fieldNames() {
    return List.copyOf(fields.keySet());
  }

  /// What tells readers of the fields.
  ByteString metadata() {
    return StateMetadata.newBuilder()
        .setDatatype(type)
        .addAllFields(fields.keySet())
        .build()
        .toByteString();
  }

  static String metadataKey(String namespace, String name) {
    return namespace + "/metadata/" + name;
  }

  static String fieldKey(String namespace, String name, String field) {
    return namespace + "/fields/" + name + "/" + field;
  }
}
