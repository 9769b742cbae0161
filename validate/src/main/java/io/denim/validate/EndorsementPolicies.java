package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.SignaturePolicies;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;

/// Compiled endorsement policies of one channel configuration, each compiled once (fabric v3.1.5
/// core/policy/application.go). Used by one thread at a time.
final class EndorsementPolicies {
  private static final int MAX_REMEMBERED = 10_000;

  private final ChannelConfig config;
  private final Map<ByteString, Optional<Policy>> applicationPolicies = new HashMap<>();
  private final Map<ByteString, Optional<Policy>> keyPolicies = new HashMap<>();

  EndorsementPolicies(ChannelConfig config) {
    this.config = config;
  }

  ChannelConfig config() {
    return config;
  }

  /// The policy of a chaincode or collection; empty if the parameter is none that can be evaluated.
  ///
  /// @param parameter a serialized `ApplicationPolicy`
  Optional<Policy> application(ByteString parameter) {
    makeRoom(applicationPolicies);
    return applicationPolicies.computeIfAbsent(parameter, this::compileApplication);
  }

  /// The policy of a key; empty if the parameter is none that can be evaluated.
  ///
  /// @param parameter a serialized `SignaturePolicyEnvelope`
  Optional<Policy> key(ByteString parameter) {
    makeRoom(keyPolicies);
    return keyPolicies.computeIfAbsent(parameter, this::compileSignature);
  }

  private Optional<Policy> compileApplication(ByteString parameter) {
    try {
      ApplicationPolicy policy = ApplicationPolicy.parseFrom(parameter);
      return switch (policy.getTypeCase()) {
        case SIGNATURE_POLICY ->
            Optional.of(SignaturePolicies.compile(policy.getSignaturePolicy(), config.msps()));
        case CHANNEL_CONFIG_POLICY_REFERENCE -> {
          String path = policy.getChannelConfigPolicyReference();
          yield config.policies().has(path)
              ? Optional.of(config.policies().policy(path))
              : Optional.empty();
        }
        case TYPE_NOT_SET -> Optional.empty();
      };
    } catch (InvalidProtocolBufferException | PolicyConfigException e) {
      return Optional.empty();
    }
  }

  private Optional<Policy> compileSignature(ByteString parameter) {
    try {
      return Optional.of(SignaturePolicies.parse(parameter, config.msps()));
    } catch (PolicyConfigException e) {
      return Optional.empty();
    }
  }

  private static void makeRoom(Map<ByteString, Optional<Policy>> policies) {
    if (policies.size() >= MAX_REMEMBERED) {
      policies.clear();
    }
  }
}
