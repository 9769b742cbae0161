package io.denim.channelconfig;

import io.denim.node.GoDuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads profiles of a `configtx.yaml` and fills in what they leave out (fabric v3.1.5
/// internal/configtxgen/genesisconfig/config.go).
final class ProfileReader {
  private final Path folder;

  /// @param folder where relative paths start
  ProfileReader(Path folder) {
    this.folder = folder;
  }

  ProfileSpec profile(YamlNode node) throws ChannelConfigException {
    Optional<YamlNode> orderer = node.table("Orderer");
    Optional<YamlNode> application = node.table("Application");
    var profile =
        new ProfileSpec(
            node.text("Consortium").orElse(""),
            orderer.isPresent() ? Optional.of(orderer(orderer.get())) : Optional.empty(),
            application.isPresent()
                ? Optional.of(application(application.get()))
                : Optional.empty(),
            consortiums(node.table("Consortiums")),
            capabilities(node.table("Capabilities")),
            policies(node.table("Policies")));
    node.finish();
    return profile;
  }

  ProfileSpec.Organization organization(YamlNode node) throws ChannelConfigException {
    List<ProfileSpec.AnchorPeer> anchors = new ArrayList<>();
    for (YamlNode anchor : node.tables("AnchorPeers")) {
      anchors.add(
          new ProfileSpec.AnchorPeer(anchor.text("Host").orElse(""), (int) anchor.number("Port")));
      anchor.finish();
    }
    String type = node.text("MSPType").orElse("bccsp");
    if (!type.equals("bccsp")) {
      throw new ChannelConfigException("MSP type " + type + " is not supported, only bccsp is");
    }
    node.text("AdminPrincipal"); // once used to make policies, now without effect
    var organization =
        new ProfileSpec.Organization(
            node.text("Name").orElse(""),
            node.text("ID").orElse(""),
            path(node, "MSPDir"),
            policies(node.table("Policies")),
            anchors,
            node.texts("OrdererEndpoints"),
            node.flag("SkipAsForeign"));
    node.finish();
    return organization;
  }

  static Set<String> capabilities(Optional<YamlNode> table) throws ChannelConfigException {
    Set<String> required = new TreeSet<>();
    if (table.isPresent()) {
      for (String name : table.get().keys()) {
        if (table.get().flag(name)) {
          required.add(name);
        }
      }
    }
    return required;
  }

  private ProfileSpec.Application application(YamlNode node) throws ChannelConfigException {
    Map<String, String> acls = new TreeMap<>();
    Optional<YamlNode> table = node.table("ACLs");
    if (table.isPresent()) {
      for (String resource : table.get().keys()) {
        acls.put(resource, table.get().text(resource).orElse(""));
      }
    }
    var application =
        new ProfileSpec.Application(
            organizations(node),
            capabilities(node.table("Capabilities")),
            policies(node.table("Policies")),
            acls);
    node.finish();
    return application;
  }

  private ProfileSpec.Orderer orderer(YamlNode node) throws ChannelConfigException {
    Consensuses consensus = new Consensuses(this, node);
    var orderer =
        new ProfileSpec.Orderer(
            consensus.read(),
            new ProfileSpec.Batch(batchTimeout(node), batchSize(node.table("BatchSize"))),
            node.texts("Addresses"),
            node.number("MaxChannels"),
            organizations(node),
            capabilities(node.table("Capabilities")),
            policies(node.table("Policies")));
    node.finish();
    return orderer;
  }

  Path path(YamlNode node, String key) throws ChannelConfigException {
    return folder.resolve(node.text(key).orElse("")).normalize();
  }

  private static Duration batchTimeout(YamlNode node) throws ChannelConfigException {
    String text = node.text("BatchTimeout").orElse("0s");
    try {
      Duration timeout = GoDuration.parse(text);
      return timeout.isZero() ? ProfileSpec.Batch.CUSTOMARY.timeout() : timeout;
    } catch (IllegalArgumentException e) {
      throw new ChannelConfigException("BatchTimeout: " + e.getMessage(), e);
    }
  }

  private static BatchSize batchSize(Optional<YamlNode> node) throws ChannelConfigException {
    BatchSize customary = ProfileSpec.Batch.CUSTOMARY.size();
    if (node.isEmpty()) {
      return customary;
    }
    var size =
        new BatchSize(
            orElse(node.get().number("MaxMessageCount"), customary.maxMessageCount()),
            orElse(node.get().number("AbsoluteMaxBytes"), customary.absoluteMaxBytes()),
            orElse(node.get().number("PreferredMaxBytes"), customary.preferredMaxBytes()));
    node.get().finish();
    return size;
  }

  static long orElse(long number, long absent) {
    return number == 0 ? absent : number;
  }

  private List<ProfileSpec.Organization> organizations(YamlNode node)
      throws ChannelConfigException {
    List<ProfileSpec.Organization> organizations = new ArrayList<>();
    for (YamlNode organization : node.tables("Organizations")) {
      organizations.add(organization(organization));
    }
    return organizations;
  }

  private Map<String, List<ProfileSpec.Organization>> consortiums(Optional<YamlNode> table)
      throws ChannelConfigException {
    Map<String, List<ProfileSpec.Organization>> consortiums = new TreeMap<>();
    if (table.isPresent()) {
      for (var entry : table.get().entries().entrySet()) {
        consortiums.put(entry.getKey(), organizations(entry.getValue()));
        entry.getValue().finish();
      }
    }
    return consortiums;
  }

  private static Map<String, ProfileSpec.PolicyRule> policies(Optional<YamlNode> table)
      throws ChannelConfigException {
    Map<String, ProfileSpec.PolicyRule> policies = new TreeMap<>();
    if (table.isPresent()) {
      for (var entry : table.get().entries().entrySet()) {
        YamlNode policy = entry.getValue();
        policies.put(
            entry.getKey(),
            new ProfileSpec.PolicyRule(
                policy.text("Type").orElse(""), policy.text("Rule").orElse("")));
        policy.finish();
      }
    }
    return policies;
  }
}
