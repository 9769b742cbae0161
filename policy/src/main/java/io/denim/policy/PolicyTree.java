package io.denim.policy;

import io.denim.identity.MspManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.Policy.PolicyType;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// All policies of a channel's configuration by path. Immutable; safe for use by any thread.
///
/// Follows fabric v3.1.5 common/policies/policy.go ManagerImpl.
public final class PolicyTree {
  private static final String SEPARATOR = "/";

  private final String path;
  private final MspManager msps;
  private final Map<String, ChannelPolicy> policies;
  private final Map<String, PolicyTree> groups;

  private PolicyTree(
      String path,
      MspManager msps,
      Map<String, ChannelPolicy> policies,
      Map<String, PolicyTree> groups) {
    this.path = path;
    this.msps = msps;
    this.policies = policies;
    this.groups = groups;
  }

  /// Compiles the policies of a group and all groups below it.
  ///
  /// @param name the group's own name, `Channel` for a channel's root
  /// @throws PolicyConfigException if one does not compile; the message names it and its path
  public static PolicyTree of(String name, ConfigGroup group, MspManager msps)
      throws PolicyConfigException {
    Map<String, PolicyTree> groups = new TreeMap<>();
    for (Map.Entry<String, ConfigGroup> entry : new TreeMap<>(group.getGroupsMap()).entrySet()) {
      groups.put(entry.getKey(), of(name + SEPARATOR + entry.getKey(), entry.getValue(), msps));
    }
    Map<String, ChannelPolicy> policies = new HashMap<>();
    for (Map.Entry<String, ConfigPolicy> entry : new TreeMap<>(group.getPoliciesMap()).entrySet()) {
      policies.put(
          entry.getKey(),
          compile(entry.getKey(), name, entry.getValue(), List.copyOf(groups.values()), msps));
    }
    groups.forEach((below, tree) ->
        tree.policies.forEach(
            (policy, compiled) -> policies.put(below + SEPARATOR + policy, compiled)));
    return new PolicyTree(name, msps, Map.copyOf(policies), Map.copyOf(groups));
  }

  private static ChannelPolicy compile(
      String name, String path, ConfigPolicy config, List<PolicyTree> groups, MspManager msps)
      throws PolicyConfigException {
    if (!config.hasPolicy()) {
      throw new PolicyConfigException("policy " + name + " at path " + path + " was nil");
    }
    int type = config.getPolicy().getType();
    boolean implicit = type == PolicyType.IMPLICIT_META_VALUE;
    if (!implicit && type != PolicyType.SIGNATURE_VALUE) {
      throw new PolicyConfigException(
          "policy " + name + " at path " + path + " has unknown policy type: " + type);
    }
    try {
      return implicit
          ? ImplicitMetaPolicy.parse(config.getPolicy().getValue(), groups, msps)
          : SignaturePolicies.parsed(config.getPolicy().getValue(), msps);
    } catch (PolicyConfigException e) {
      throw new PolicyConfigException(
          (implicit ? "implicit policy " : "policy ")
              + name
              + " at path "
              + path
              + " did not compile: "
              + e.getMessage(),
          e);
    }
  }

  /// The policy at a path: absolute (`/Channel/Application/Readers`) or relative to this group
  /// (`Application/Readers`). A policy that is not there rejects everything.
  public Policy policy(String policyPath) {
    return channelPolicy(policyPath);
  }

  ChannelPolicy channelPolicy(String policyPath) {
    Optional<String> relative = relative(policyPath);
    if (relative.isEmpty()) {
      return new RejectPolicy(policyPath, msps);
    }
    ChannelPolicy policy = policies.get(relative.get());
    return policy == null ? new RejectPolicy(relative.get(), msps) : policy;
  }

  /// Whether there is a policy at this path.
  public boolean has(String policyPath) {
    return relative(policyPath).filter(policies::containsKey).isPresent();
  }

  /// Fabric cuts an absolute path at the length of its own, whatever stands there.
  private Optional<String> relative(String policyPath) {
    if (policyPath.isEmpty()) {
      return Optional.empty();
    }
    if (!policyPath.startsWith(SEPARATOR)) {
      return Optional.of(policyPath);
    }
    int start = 1 + path.length() + 1;
    return policyPath.startsWith(SEPARATOR + path) && policyPath.length() >= start
        ? Optional.of(policyPath.substring(start))
        : Optional.empty();
  }

  /// The tree of the group at this path of names below this one.
  public Optional<PolicyTree> group(String... names) {
    PolicyTree tree = this;
    for (String name : names) {
      PolicyTree below = tree.groups.get(name);
      if (below == null) {
        return Optional.empty();
      }
      tree = below;
    }
    return Optional.of(tree);
  }

  /// The policy at a path as one signature policy, for discovery; implicit policies become gates
  /// over what they collect.
  ///
  /// @throws PolicyConfigException if there is none or it cannot be converted
  public SignaturePolicyEnvelope asSignaturePolicy(String policyPath) throws PolicyConfigException {
    return channelPolicy(policyPath).asSignaturePolicy();
  }
}
