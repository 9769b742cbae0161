package io.denim.cli;

import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyLanguage;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;

/// Endorsement policies as administrators write them.
public final class ApplicationPolicies {
  private ApplicationPolicies() {}

  /// @param signaturePolicy in the policy language, or empty
  /// @param channelPolicy the path of one of the channel's policies, or empty
  /// @throws ClientException if both are given, none is, or the policy does not parse
  public static ApplicationPolicy of(String signaturePolicy, String channelPolicy)
      throws ClientException {
    if (signaturePolicy.isEmpty() == channelPolicy.isEmpty()) {
      throw new ClientException(
          "cannot specify both \"--signature-policy\" and \"--channel-config-policy\"");
    }
    if (!channelPolicy.isEmpty()) {
      return ApplicationPolicy.newBuilder().setChannelConfigPolicyReference(channelPolicy).build();
    }
    try {
      return ApplicationPolicy.newBuilder()
          .setSignaturePolicy(PolicyLanguage.parse(signaturePolicy))
          .build();
    } catch (PolicyConfigException e) {
      throw new ClientException(
          "invalid signature policy: " + signaturePolicy + ": " + e.getMessage(), e);
    }
  }
}
