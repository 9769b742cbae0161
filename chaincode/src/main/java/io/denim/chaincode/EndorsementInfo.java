package io.denim.chaincode;

/// Whether and how this peer can run a chaincode on a channel (fabric v3.1.5
/// core/chaincode/lifecycle/endorsement_info.go).
public sealed interface EndorsementInfo {
  /// @param version as defined on the channel
  /// @param initRequired whether an init transaction must come first, once for each version
  /// @param packageId which installed package to run
  record Ready(String version, boolean initRequired, String packageId, String endorsementPlugin)
      implements EndorsementInfo {}

  /// @param reason Fabric's text
  record NotReady(String reason) implements EndorsementInfo {}
}
