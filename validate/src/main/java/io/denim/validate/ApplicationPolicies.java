package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ApplicationConfig;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import io.denim.policy.Policy;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyLanguage;
import io.denim.policy.SignaturePolicies;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.peer.ApplicationPolicy;

/// The endorsement policies of one channel configuration, compiled once for each spelling (fabric
/// v3.1.5 core/policy/application.go,
/// core/chaincode/lifecycle/{lifecycle,deployedcc_infoprovider}.go). Used by one thread.
final class ApplicationPolicies {
  static final String IMPLICIT_COLLECTION = "_implicit_org_";

  private static final String LIFECYCLE_ENDORSEMENT = "/Channel/Application/LifecycleEndorsement";
  private static final int REMEMBERED = 1_000;
  private static final WireParser<ApplicationPolicy> APPLICATION_POLICY =
      WireParser.of(ApplicationPolicy.getDefaultInstance());
  private static final WireParser<SignaturePolicyEnvelope> SIGNATURE_POLICY =
      WireParser.of(SignaturePolicyEnvelope.getDefaultInstance());

  private final ChannelConfig config;
  private final Map<ByteString, Optional<Policy>> applicationPolicies = bounded();
  private final Map<ByteString, Optional<Policy>> keyPolicies = bounded();

  ApplicationPolicies(ChannelConfig config) {
    this.config = config;
  }

  ChannelConfig config() {
    return config;
  }

  private static Map<ByteString, Optional<Policy>> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<ByteString, Optional<Policy>> eldest) {
        return size() > REMEMBERED;
      }
    };
  }

  /// A chaincode's or collection's policy.
  ///
  /// @param bytes a serialized `ApplicationPolicy`
  /// @return empty if it cannot be understood, and so is never satisfied
  Optional<Policy> ofApplication(ByteString bytes) {
    return applicationPolicies.computeIfAbsent(bytes, this::compileApplication);
  }

  private Optional<Policy> compileApplication(ByteString bytes) {
    try {
      ApplicationPolicy policy = APPLICATION_POLICY.parse(bytes);
      return switch (policy.getTypeCase()) {
        case SIGNATURE_POLICY -> compile(policy.getSignaturePolicy());
        case CHANNEL_CONFIG_POLICY_REFERENCE ->
            Optional.of(config.policies().policy(policy.getChannelConfigPolicyReference()));
        case TYPE_NOT_SET -> Optional.empty();
      };
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// A key's policy.
  ///
  /// @param bytes a serialized `SignaturePolicyEnvelope`
  /// @return empty if it cannot be understood; a Fabric peer's channel stops at such a key, here it
  ///   can just not be written again
  Optional<Policy> ofKey(ByteString bytes) {
    return keyPolicies.computeIfAbsent(
        bytes,
        envelope -> {
          try {
            return compile(SIGNATURE_POLICY.parse(envelope));
          } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
          }
        });
  }

  private Optional<Policy> compile(SignaturePolicyEnvelope envelope) {
    try {
      return Optional.of(SignaturePolicies.compile(envelope, config.msps()));
    } catch (PolicyConfigException e) {
      return Optional.empty();
    }
  }

  /// Who must endorse definitions of chaincodes: the configured policy, else members of a majority
  /// of organizations.
  Optional<Policy> ofLifecycle() {
    if (config.policies().has(LIFECYCLE_ENDORSEMENT)) {
      return Optional.of(config.policies().policy(LIFECYCLE_ENDORSEMENT));
    }
    List<String> members = new ArrayList<>();
    for (ApplicationOrganization organization :
        config.application().map(ApplicationConfig::organizations).orElse(Map.of()).values()) {
      members.add("'" + organization.mspId() + ".member'");
    }
    return parse("OutOf(%d, %s)".formatted(members.size() / 2 + 1, String.join(", ", members)));
  }

  /// Who must endorse writes to an organization's own collection: whom its Endorsement policy
  /// names, else any member.
  ///
  /// @return empty if the organization is not in the channel
  Optional<Policy> ofImplicitCollection(String collection) {
    String mspId = collection.substring(IMPLICIT_COLLECTION.length());
    Optional<ApplicationOrganization> organization =
        config.application().flatMap(application -> application.organizationOf(mspId));
    if (organization.isEmpty()) {
      return Optional.empty();
    }
    String path = "/Channel/Application/" + organization.get().name() + "/Endorsement";
    return config.policies().has(path)
        ? Optional.of(config.policies().policy(path))
        : parse("OR('" + mspId + ".member')");
  }

  private Optional<Policy> parse(String policy) {
    try {
      return compile(PolicyLanguage.parse(policy));
    } catch (PolicyConfigException e) {
      return Optional.empty();
    }
  }
}
