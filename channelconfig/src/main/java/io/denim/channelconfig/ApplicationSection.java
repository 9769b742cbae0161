package io.denim.channelconfig;

import io.denim.wire.WireParser;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.peer.ACLs;
import org.hyperledger.fabric.protos.peer.APIResource;
import org.hyperledger.fabric.protos.peer.AnchorPeers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the `/Channel/Application` group (fabric v3.1.5 common/channelconfig/application.go,
/// acls.go).
final class ApplicationSection {
  private static final Logger LOG = LoggerFactory.getLogger("common.channelconfig");
  private static final WireParser<ACLs> ACL_LIST = WireParser.of(ACLs.getDefaultInstance());
  private static final WireParser<AnchorPeers> ANCHORS =
      WireParser.of(AnchorPeers.getDefaultInstance());
  private static final Set<String> VALUES = Set.of(ConfigKeys.ACLS, ConfigKeys.CAPABILITIES);
  private static final Set<String> ORGANIZATION_VALUES =
      Set.of(ConfigKeys.MSP, ConfigKeys.ANCHOR_PEERS);

  private final Capabilities capabilities;
  private final OrganizationMsps msps;

  ApplicationSection(Capabilities capabilities, OrganizationMsps msps) {
    this.capabilities = capabilities;
    this.msps = msps;
  }

  ApplicationConfig read(ConfigGroup group) throws ChannelConfigException {
    GroupValues values = GroupValues.of(group, VALUES);
    if (!capabilities.acls() && group.containsValues(ConfigKeys.ACLS)) {
      throw new ChannelConfigException("ACLs may not be specified without the required capability");
    }
    ACLs acls = values.get(ConfigKeys.ACLS, ACL_LIST, ACLs.getDefaultInstance());
    Map<String, ApplicationOrganization> organizations = new TreeMap<>();
    for (Map.Entry<String, ConfigGroup> entry : new TreeMap<>(group.getGroupsMap()).entrySet()) {
      organizations.put(entry.getKey(), organization(entry.getKey(), entry.getValue()));
    }
    return new ApplicationConfig(organizations, policyPaths(acls));
  }

  private ApplicationOrganization organization(String name, ConfigGroup group)
      throws ChannelConfigException {
    if (group.getGroupsCount() > 0) {
      throw new ChannelConfigException("ApplicationOrg config does not allow sub-groups");
    }
    GroupValues values = GroupValues.of(group, ORGANIZATION_VALUES);
    AnchorPeers anchors =
        values.get(ConfigKeys.ANCHOR_PEERS, ANCHORS, AnchorPeers.getDefaultInstance());
    MSPConfig msp =
        values.get(ConfigKeys.MSP, OrganizationMsps.MSP_CONFIG, MSPConfig.getDefaultInstance());
    return new ApplicationOrganization(name, msps.propose(name, msp), anchors.getAnchorPeersList());
  }

  private static Map<String, String> policyPaths(ACLs acls) {
    Map<String, String> paths = new TreeMap<>();
    for (Map.Entry<String, APIResource> entry : acls.getAclsMap().entrySet()) {
      String policy = entry.getValue().getPolicyRef();
      if (policy.isEmpty()) {
        LOG.warn(
            "Policy reference for resource '{}' is specified, but empty, falling back to default",
            entry.getKey());
      } else {
        paths.put(
            entry.getKey(), policy.startsWith("/") ? policy : "/Channel/Application/" + policy);
      }
    }
    return paths;
  }
}
