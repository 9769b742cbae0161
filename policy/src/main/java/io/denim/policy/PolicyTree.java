package io.denim.policy;

import io.denim.identity.MspManager;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// All policies of a channel's configuration by path (fabric v3.1.5 common/policies/policy.go).
/// Immutable; safe for use by any thread.
@SuppressWarnings("DoNotCallSuggester")
public final class PolicyTree {
  private PolicyTree() {}

  /// Compiles the policies of a group and all groups below it.
  ///
  /// @param name the group's own name, `Channel` for a channel's root
  /// @throws PolicyConfigException if one does not compile; the message names it and its path
  public static PolicyTree of(String name, ConfigGroup group, MspManager msps)
      throws PolicyConfigException {
    throw new UnsupportedOperationException();
  }

  /// The policy at a path: absolute (`/Channel/Application/Readers`) or relative to this group
  /// (`Application/Readers`). A policy that is not there rejects everything.
  public Policy policy(String path) {
    throw new UnsupportedOperationException();
  }

  /// Whether there is a policy at this path.
  public boolean has(String path) {
    throw new UnsupportedOperationException();
  }

  /// The tree of the group at this path of names below this one.
  public Optional<PolicyTree> group(String... names) {
    throw new UnsupportedOperationException();
  }

  /// The policy at a path as one signature policy, for discovery; implicit policies become gates
  /// over what they collect.
  ///
  /// @throws PolicyConfigException if there is none or it cannot be converted
  public SignaturePolicyEnvelope asSignaturePolicy(String path) throws PolicyConfigException {
    throw new UnsupportedOperationException();
  }
}
