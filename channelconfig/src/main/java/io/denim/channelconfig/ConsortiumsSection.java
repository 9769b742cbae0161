package io.denim.channelconfig;

import io.denim.wire.WireParser;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.msp.MSPConfig;

/// Reads the `/Channel/Consortiums` group, which system channels of Fabric before 3.0 have (fabric
/// v3.1.5 common/channelconfig/consortiums.go): MSP ids by organization, by consortium.
final class ConsortiumsSection {
  private static final WireParser<Policy> POLICY = WireParser.of(Policy.getDefaultInstance());

  private final OrganizationMsps msps;

  ConsortiumsSection(OrganizationMsps msps) {
    this.msps = msps;
  }

  Map<String, Map<String, String>> read(ConfigGroup group) throws ChannelConfigException {
    Map<String, Map<String, String>> consortiums = new TreeMap<>();
    for (Map.Entry<String, ConfigGroup> entry : new TreeMap<>(group.getGroupsMap()).entrySet()) {
      consortiums.put(entry.getKey(), organizations(entry.getValue()));
    }
    return Map.copyOf(consortiums);
  }

  private Map<String, String> organizations(ConfigGroup consortium) throws ChannelConfigException {
    GroupValues.of(consortium, Set.of(ConfigKeys.CHANNEL_CREATION_POLICY))
        .get(ConfigKeys.CHANNEL_CREATION_POLICY, POLICY, Policy.getDefaultInstance());
    Map<String, String> mspIds = new TreeMap<>();
    for (Map.Entry<String, ConfigGroup> entry :
        new TreeMap<>(consortium.getGroupsMap()).entrySet()) {
      if (entry.getValue().getGroupsCount() > 0) {
        throw new ChannelConfigException("organizations do not support sub-groups");
      }
      MSPConfig msp =
          GroupValues.of(entry.getValue(), Set.of(ConfigKeys.MSP))
              .get(ConfigKeys.MSP, OrganizationMsps.MSP_CONFIG, MSPConfig.getDefaultInstance());
      mspIds.put(entry.getKey(), msps.propose(entry.getKey(), msp));
    }
    return Map.copyOf(mspIds);
  }
}
