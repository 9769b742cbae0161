package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyLanguage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.ImplicitMetaPolicy;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.peer.ACLs;
import org.hyperledger.fabric.protos.peer.APIResource;
import org.hyperledger.fabric.protos.peer.AnchorPeer;
import org.hyperledger.fabric.protos.peer.AnchorPeers;

/// Builds the groups of applications and organizations, and what all groups are built with (fabric
/// v3.1.5 internal/configtxgen/encoder).
final class ChannelGroups {
  private ChannelGroups() {}

  /// A message's bytes with its maps in the order of their keys, so that equal profiles make equal
  /// bytes.
  static ByteString bytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("a message did not fit its own size", e);
    }
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static void addValue(ConfigGroup.Builder group, String key, Message value, String modPolicy) {
    group.putValues(
        key, ConfigValue.newBuilder().setValue(bytes(value)).setModPolicy(modPolicy).build());
  }

  static void addValue(ConfigGroup.Builder group, String key, Message value) {
    addValue(group, key, value, ConfigKeys.ADMINS);
  }

  static void addPolicy(ConfigGroup.Builder group, String key, Policy policy, String modPolicy) {
    group.putPolicies(
        key, ConfigPolicy.newBuilder().setPolicy(policy).setModPolicy(modPolicy).build());
  }

  static void addPolicies(ConfigGroup.Builder group, Map<String, ProfileSpec.PolicyRule> policies)
      throws ChannelConfigException {
    if (policies.isEmpty()) {
      throw new ChannelConfigException("no policies defined");
    }
    require(policies, ConfigKeys.ADMINS);
    require(policies, ConfigKeys.READERS);
    require(policies, ConfigKeys.WRITERS);
    for (Map.Entry<String, ProfileSpec.PolicyRule> entry : policies.entrySet()) {
      addPolicy(group, entry.getKey(), policy(entry.getValue()), ConfigKeys.ADMINS);
    }
  }

  static void require(Map<String, ProfileSpec.PolicyRule> policies, String name)
      throws ChannelConfigException {
    if (!policies.containsKey(name)) {
      throw new ChannelConfigException("no " + name + " policy defined");
    }
  }

  static Policy implicitMeta(ImplicitMetaPolicy.Rule rule, String subPolicy) {
    return Policy.newBuilder()
        .setType(Policy.PolicyType.IMPLICIT_META_VALUE)
        .setValue(
            ImplicitMetaPolicy.newBuilder()
                .setRule(rule)
                .setSubPolicy(subPolicy)
                .build()
                .toByteString())
        .build();
  }

  static ConfigGroup application(ProfileSpec.Application application)
      throws ChannelConfigException {
    ConfigGroup.Builder group = ConfigGroup.newBuilder().setModPolicy(ConfigKeys.ADMINS);
    try {
      addPolicies(group, application.policies());
    } catch (ChannelConfigException e) {
      throw e.within("error adding policies to application group");
    }
    if (!application.acls().isEmpty()) {
      ACLs.Builder acls = ACLs.newBuilder();
      application
          .acls()
          .forEach((resource, policy) ->
              acls.putAcls(resource, APIResource.newBuilder().setPolicyRef(policy).build()));
      addValue(group, ConfigKeys.ACLS, acls.build());
    }
    if (!application.capabilities().isEmpty()) {
      addValue(group, ConfigKeys.CAPABILITIES, Capabilities.proto(application.capabilities()));
    }
    for (ProfileSpec.Organization organization : application.organizations()) {
      try {
        group.putGroups(organization.name(), applicationOrganization(organization));
      } catch (ChannelConfigException e) {
        throw e.within("failed to create application org");
      }
    }
    return group.build();
  }

  static ConfigGroup applicationOrganization(ProfileSpec.Organization organization)
      throws ChannelConfigException {
    ConfigGroup.Builder group = organization(organization, "application");
    AnchorPeers.Builder anchors = AnchorPeers.newBuilder();
    for (ProfileSpec.AnchorPeer anchor : organization.anchorPeers()) {
      anchors.addAnchorPeers(AnchorPeer.newBuilder().setHost(anchor.host()).setPort(anchor.port()));
    }
    if (anchors.getAnchorPeersCount() > 0 && !organization.skipAsForeign()) {
      addValue(group, ConfigKeys.ANCHOR_PEERS, anchors.build());
    }
    return group.build();
  }

  static ConfigGroup ordererOrganization(
      ProfileSpec.Organization organization, boolean endpointsRequired)
      throws ChannelConfigException {
    ConfigGroup.Builder group = organization(organization, "orderer");
    if (organization.skipAsForeign()) {
      return group.build();
    }
    if (!organization.ordererEndpoints().isEmpty()) {
      addValue(
          group,
          ConfigKeys.ENDPOINTS,
          OrdererAddresses.newBuilder().addAllAddresses(organization.ordererEndpoints()).build());
    } else if (endpointsRequired) {
      throw new ChannelConfigException(
          "orderer endpoints for organization "
              + organization.name()
              + " are missing and must be configured when capability V3_0 is enabled");
    }
    return group.build();
  }

  static ConfigGroup consortiumOrganization(ProfileSpec.Organization organization)
      throws ChannelConfigException {
    return organization(organization, "consortiums").build();
  }

  private static ConfigGroup.Builder organization(
      ProfileSpec.Organization organization, String level) throws ChannelConfigException {
    ConfigGroup.Builder group = ConfigGroup.newBuilder().setModPolicy(ConfigKeys.ADMINS);
    if (organization.skipAsForeign()) {
      return group;
    }
    MSPConfig msp;
    try {
      msp =
          MSPConfig.newBuilder()
              .setConfig(
                  bytes(
                      LocalMsp.verifyingConfig(organization.mspDirectory(), organization.mspId())))
              .build();
    } catch (MspConfigException e) {
      throw new ChannelConfigException(
          "1 - Error loading MSP configuration for org: "
              + organization.name()
              + ": "
              + e.getMessage(),
          e);
    }
    try {
      addPolicies(group, organization.policies());
    } catch (ChannelConfigException e) {
      throw e.within(
          "error adding policies to " + level + " org group '" + organization.name() + "'");
    }
    addValue(group, ConfigKeys.MSP, msp);
    return group;
  }

  private static Policy policy(ProfileSpec.PolicyRule policy) throws ChannelConfigException {
    return switch (policy.type()) {
      case ProfileSpec.PolicyRule.IMPLICIT_META -> implicitMeta(policy.rule());
      case ProfileSpec.PolicyRule.SIGNATURE -> signature(policy.rule());
      default -> throw new ChannelConfigException("unknown policy type: " + policy.type());
    };
  }

  private static Policy signature(String rule) throws ChannelConfigException {
    try {
      return Policy.newBuilder()
          .setType(Policy.PolicyType.SIGNATURE_VALUE)
          .setValue(PolicyLanguage.parse(rule).toByteString())
          .build();
    } catch (PolicyConfigException e) {
      throw new ChannelConfigException(
          "invalid signature policy rule '" + rule + "': " + e.getMessage(), e);
    }
  }

  private static Policy implicitMeta(String rule) throws ChannelConfigException {
    String context = "invalid implicit meta policy rule '" + rule + "': ";
    String[] words = rule.split(" ", -1);
    if (words.length != 2) {
      throw new ChannelConfigException(
          context + "expected two space separated tokens, but got " + words.length);
    }
    ImplicitMetaPolicy.Rule kind =
        switch (words[0]) {
          case "ANY" -> ImplicitMetaPolicy.Rule.ANY;
          case "ALL" -> ImplicitMetaPolicy.Rule.ALL;
          case "MAJORITY" -> ImplicitMetaPolicy.Rule.MAJORITY;
          default ->
              throw new ChannelConfigException(
                  context + "unknown rule type '" + words[0] + "', expected ALL, ANY, or MAJORITY");
        };
    return implicitMeta(kind, words[1]);
  }
}
