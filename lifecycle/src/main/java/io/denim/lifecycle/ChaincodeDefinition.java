package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeEndorsementInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;

/// What a channel's members agreed on about a chaincode (fabric v3.1.5
/// core/chaincode/lifecycle/lifecycle.go).
///
/// @param sequence 1 for the first definition, one more for each that replaces it
public record ChaincodeDefinition(
    long sequence,
    ChaincodeEndorsementInfo endorsementInfo,
    ChaincodeValidationInfo validationInfo,
    CollectionConfigPackage collections) {
  /// A definition as a request spells it out, nothing filled in yet.
  static ChaincodeDefinition of(
      long sequence,
      String version,
      String endorsementPlugin,
      boolean initRequired,
      String validationPlugin,
      ByteString validationParameter,
      CollectionConfigPackage collections) {
    return new ChaincodeDefinition(
        sequence,
        ChaincodeEndorsementInfo.newBuilder()
            .setVersion(version)
            .setEndorsementPlugin(endorsementPlugin)
            .setInitRequired(initRequired)
            .build(),
        ChaincodeValidationInfo.newBuilder()
            .setValidationPlugin(validationPlugin)
            .setValidationParameter(validationParameter)
            .build(),
        collections);
  }

  public String version() {
    return endorsementInfo.getVersion();
  }

  public boolean initRequired() {
    return endorsementInfo.getInitRequired();
  }

  public String endorsementPlugin() {
    return endorsementInfo.getEndorsementPlugin();
  }

  public String validationPlugin() {
    return validationInfo.getValidationPlugin();
  }

  /// A serialized `ApplicationPolicy`: the endorsement policy itself or the path of one of the
  /// channel's.
  public ByteString endorsementPolicy() {
    return validationInfo.getValidationParameter();
  }

  /// All but the sequence, as organizations approve it.
  Structure parameters() {
    return Structure.of(
        Structure.PARAMETERS,
        Structure.bytes("EndorsementInfo", endorsementInfo),
        Structure.bytes("ValidationInfo", validationInfo),
        Structure.bytes("Collections", collections));
  }

  /// As it is stored once it is committed.
  Structure whole() {
    return Structure.of(
        Structure.DEFINITION,
        Structure.int64("Sequence", sequence),
        Structure.bytes("EndorsementInfo", endorsementInfo),
        Structure.bytes("ValidationInfo", validationInfo),
        Structure.bytes("Collections", collections));
  }

  /// What must be the same for two organizations to have approved the same; told as Fabric tells
  /// the first difference, empty if there is none.
  String differenceFrom(ChaincodeDefinition passed) {
    if (!version().equals(passed.version())) {
      return difference("Version", version(), passed.version());
    }
    if (!endorsementPlugin().equals(passed.endorsementPlugin())) {
      return difference("EndorsementPlugin", endorsementPlugin(), passed.endorsementPlugin());
    }
    if (initRequired() != passed.initRequired()) {
      return difference(
          "InitRequired", String.valueOf(initRequired()), String.valueOf(passed.initRequired()));
    }
    if (!validationPlugin().equals(passed.validationPlugin())) {
      return difference("ValidationPlugin", validationPlugin(), passed.validationPlugin());
    }
    if (!endorsementPolicy().equals(passed.endorsementPolicy())) {
      return difference(
          "ValidationParameter", hex(endorsementPolicy()), hex(passed.endorsementPolicy()));
    }
    return collections.equals(passed.collections()) ? "" : "Collections do not match";
  }

  private static String difference(String what, String expected, String passed) {
    return "expected "
        + what
        + " '"
        + expected
        + "' does not match passed "
        + what
        + " '"
        + passed
        + "'";
  }

  private static String hex(ByteString bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public String toString() {
    return "sequence: "
        + sequence
        + ", endorsement info: (version: '"
        + version()
        + "', plugin: '"
        + endorsementPlugin()
        + "', init required: "
        + initRequired()
        + "), validation info: (plugin: '"
        + validationPlugin()
        + "', policy: '"
        + hex(endorsementPolicy())
        + "'), collections: ("
        + collections.getConfigCount()
        + ")";
  }
}
