package io.denim.lifecycle;

import io.denim.channelconfig.ChannelConfig;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeEndorsementInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;

/// What a definition says where its author said nothing.
final class DefinitionDefaults {
  private DefinitionDefaults() {}

  static ChaincodeDefinition fill(ChaincodeDefinition plain, ChannelConfig config)
      throws LifecycleException {
    ChaincodeEndorsementInfo.Builder endorsement = plain.endorsementInfo().toBuilder();
    if (plain.endorsementPlugin().isEmpty()) {
      endorsement.setEndorsementPlugin("escc");
    }
    ChaincodeValidationInfo.Builder validation = plain.validationInfo().toBuilder();
    if (plain.validationPlugin().isEmpty()) {
      validation.setValidationPlugin("vscc");
    }
    if (plain.endorsementPolicy().isEmpty()) {
      try {
        validation.setValidationParameter(LifecyclePolicies.defaultEndorsement(config));
      } catch (LifecycleException e) {
        throw e.during(
            "could not set defaults for chaincode definition in channel " + config.channelId());
      }
    }
    return new ChaincodeDefinition(
        plain.sequence(), endorsement.build(), validation.build(), plain.collections());
  }
}
