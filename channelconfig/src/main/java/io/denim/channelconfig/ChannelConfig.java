package io.denim.channelconfig;

import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.policy.PolicyConfigException;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.PolicyTree;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Config;

/// One configuration of a channel, checked and taken apart: what upstream calls a bundle (fabric
/// v3.1.5 common/channelconfig/bundle.go). A config block makes a new one; this one stays as it is.
/// Immutable and safe for use by any thread; keep one for each channel and configuration, because
/// its MSPs remember the identities they saw.
public final class ChannelConfig {
  private final String channelId;
  private final Config config;
  private final ConfigReader.Sections sections;
  private final PolicyTree policies;
  private final ConfigTree tree;

  private ChannelConfig(
      String channelId,
      Config config,
      ConfigReader.Sections sections,
      PolicyTree policies,
      ConfigTree tree) {
    this.channelId = channelId;
    this.config = config;
    this.sections = sections;
    this.policies = policies;
    this.tree = tree;
  }

  /// Checks a configuration and takes it apart. Whether this version supports the capabilities that
  /// it requires is for the caller to ask: {@link Capabilities#unsupported}.
  ///
  /// @param verifier the process's own, which remembers good signatures
  /// @throws ChannelConfigException if upstream's nodes would not take the configuration either
  public static ChannelConfig of(String channelId, Config config, SignatureVerifier verifier)
      throws ChannelConfigException {
    ConfigReader.Sections sections = ConfigReader.read(config, verifier);
    PolicyTree policies;
    try {
      policies = PolicyTree.of(ConfigKeys.CHANNEL, config.getChannelGroup(), sections.msps());
    } catch (PolicyConfigException e) {
      throw new ChannelConfigException("initializing policymanager failed: " + e.getMessage(), e);
    }
    return new ChannelConfig(channelId, config, sections, policies, treeOf(channelId, config));
  }

  /// The configuration that a config block brings into force, for the channel that it names.
  ///
  /// @throws ChannelConfigException if the block is no config block, or as in {@link #of}
  public static ChannelConfig ofBlock(Block block, SignatureVerifier verifier)
      throws ChannelConfigException {
    return of(ConfigBlocks.channelIdOf(block), ConfigBlocks.configOf(block).getConfig(), verifier);
  }

  private static ConfigTree treeOf(String channelId, Config config) throws ChannelConfigException {
    Optional<String> problem = ChannelIds.problem(channelId);
    if (problem.isPresent()) {
      throw new ChannelConfigException(
          "initializing configtx manager failed: bad channel ID: " + problem.get());
    }
    try {
      return ConfigTree.of(Optional.of(config.getChannelGroup()));
    } catch (ChannelConfigException e) {
      throw e.within("initializing configtx manager failed: error converting config to map");
    }
  }

  public String channelId() {
    return channelId;
  }

  /// How many updates this configuration has behind it; unsigned.
  public long sequence() {
    return config.getSequence();
  }

  /// The configuration as it came.
  public Config config() {
    return config;
  }

  public Capabilities capabilities() {
    return sections.capabilities();
  }

  /// All MSPs of the channel: of application, orderer and consortium organizations.
  public MspManager msps() {
    return sections.msps();
  }

  /// The policies, by paths such as `/Channel/Application/Writers`.
  public PolicyTree policies() {
    return policies;
  }

  /// `SHA256` or `SHA3_256`; block hashes are SHA-256 regardless.
  public String hashingAlgorithm() {
    return sections.hashingAlgorithm();
  }

  /// The global addresses of orderers, `host:port`; those of single organizations are in {@link
  /// #orderer}.
  public List<String> ordererAddresses() {
    return sections.ordererAddresses();
  }

  public Optional<OrdererConfig> orderer() {
    return sections.orderer();
  }

  public Optional<ApplicationConfig> application() {
    return sections.application();
  }

  /// MSP ids by organization, by consortium; present in system channels only.
  Optional<Map<String, Map<String, String>>> consortiums() {
    return sections.consortiums();
  }

  ConfigTree tree() {
    return tree;
  }

  /// The path of the policy that guards a resource of this channel: the configured one, else the
  /// default. Empty for a resource that nobody knows and for those of the peer itself ({@link
  /// Resources#localPolicy}).
  public Optional<String> aclPolicy(String resource) {
    if (Resources.localPolicy(resource).isPresent()) {
      return Optional.empty();
    }
    return application()
        .map(application -> application.acls().get(resource))
        .or(() -> Resources.defaultPolicy(resource));
  }

  /// Whether the signer may use a resource of this channel, in upstream's words if not (fabric
  /// v3.1.5 core/aclmgmt/resourceprovider.go, core/policy/policy.go).
  public PolicyOutcome check(String resource, SignedData signed) {
    Optional<String> path = aclPolicy(resource);
    if (path.isEmpty()) {
      return new PolicyOutcome.Unsatisfied("Unmapped policy for " + resource);
    }
    boolean configured =
        application().map(application -> application.acls().containsKey(resource)).orElse(false);
    return switch (policies.policy(path.get()).evaluate(List.of(signed))) {
      case PolicyOutcome.Satisfied satisfied -> satisfied;
      case PolicyOutcome.Unsatisfied(String reason) ->
          new PolicyOutcome.Unsatisfied(refusal(path.get(), configured, reason));
    };
  }

  private String refusal(String path, boolean configured, String reason) {
    if (!configured) {
      return "Failed evaluating policy on signed data during check policy on channel ["
          + channelId
          + "] with policy ["
          + path
          + "]: ["
          + reason
          + "]";
    }
    String why = policies.has(path) ? reason : "policy " + path + " not found";
    return "failed evaluating policy on signed data during check policy ["
        + path
        + "]: ["
        + why
        + "]";
  }
}
