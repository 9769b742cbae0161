package io.denim.channelconfig;

import io.denim.node.GoDuration;
import io.denim.wire.WireParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.common.Orderers;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.orderer.BatchSize;
import org.hyperledger.fabric.protos.orderer.BatchTimeout;
import org.hyperledger.fabric.protos.orderer.ChannelRestrictions;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.orderer.KafkaBrokers;

/// Reads the `/Channel/Orderer` group (fabric v3.1.5 common/channelconfig/orderer.go).
@SuppressWarnings("deprecation") // channels that came from Kafka still have its value
final class OrdererSection {
  private static final WireParser<ConsensusType> CONSENSUS_TYPE =
      WireParser.of(ConsensusType.getDefaultInstance());
  private static final WireParser<BatchSize> BATCH_SIZE =
      WireParser.of(BatchSize.getDefaultInstance());
  private static final WireParser<BatchTimeout> BATCH_TIMEOUT =
      WireParser.of(BatchTimeout.getDefaultInstance());
  private static final WireParser<KafkaBrokers> KAFKA_BROKERS =
      WireParser.of(KafkaBrokers.getDefaultInstance());
  private static final WireParser<ChannelRestrictions> CHANNEL_RESTRICTIONS =
      WireParser.of(ChannelRestrictions.getDefaultInstance());
  private static final WireParser<Orderers> ORDERERS = WireParser.of(Orderers.getDefaultInstance());
  static final WireParser<OrdererAddresses> ADDRESSES =
      WireParser.of(OrdererAddresses.getDefaultInstance());
  private static final Set<String> VALUES =
      Set.of(
          ConfigKeys.CONSENSUS_TYPE,
          ConfigKeys.BATCH_SIZE,
          ConfigKeys.BATCH_TIMEOUT,
          ConfigKeys.KAFKA_BROKERS,
          ConfigKeys.CHANNEL_RESTRICTIONS,
          ConfigKeys.ORDERERS,
          ConfigKeys.CAPABILITIES);
  private static final Set<String> ORGANIZATION_VALUES =
      Set.of(ConfigKeys.MSP, ConfigKeys.ENDPOINTS);

  private final Capabilities capabilities;
  private final OrganizationMsps msps;

  OrdererSection(Capabilities capabilities, OrganizationMsps msps) {
    this.capabilities = capabilities;
    this.msps = msps;
  }

  OrdererConfig read(ConfigGroup group) throws ChannelConfigException {
    GroupValues values = GroupValues.of(group, VALUES);
    ConsensusType type =
        values.get(ConfigKeys.CONSENSUS_TYPE, CONSENSUS_TYPE, ConsensusType.getDefaultInstance());
    BatchSize size = values.get(ConfigKeys.BATCH_SIZE, BATCH_SIZE, BatchSize.getDefaultInstance());
    BatchTimeout timeout =
        values.get(ConfigKeys.BATCH_TIMEOUT, BATCH_TIMEOUT, BatchTimeout.getDefaultInstance());
    ChannelRestrictions restrictions =
        values.get(
            ConfigKeys.CHANNEL_RESTRICTIONS,
            CHANNEL_RESTRICTIONS,
            ChannelRestrictions.getDefaultInstance());
    Orderers orderers = values.get(ConfigKeys.ORDERERS, ORDERERS, Orderers.getDefaultInstance());
    // Not used, but it must parse: channels that were migrated from Kafka still have it.
    values.get(ConfigKeys.KAFKA_BROKERS, KAFKA_BROKERS, KafkaBrokers.getDefaultInstance());
    var config =
        new OrdererConfig(
            new io.denim.channelconfig.ConsensusType(
                type.getType(),
                type.getMetadata(),
                type.getState() == ConsensusType.State.STATE_MAINTENANCE,
                orderers.getConsenterMappingList()),
            io.denim.channelconfig.BatchSize.of(size),
            timeoutOf(timeout.getTimeout()),
            restrictions.getMaxCount(),
            organizations(group));
    if (capabilities.consensusTypeBft()) {
      requireEndpoints(config);
    }
    return config;
  }

  private Map<String, OrdererOrganization> organizations(ConfigGroup group)
      throws ChannelConfigException {
    Map<String, OrdererOrganization> organizations = new TreeMap<>();
    for (Map.Entry<String, ConfigGroup> entry : new TreeMap<>(group.getGroupsMap()).entrySet()) {
      organizations.put(entry.getKey(), organization(entry.getKey(), entry.getValue()));
    }
    return organizations;
  }

  private OrdererOrganization organization(String name, ConfigGroup group)
      throws ChannelConfigException {
    if (group.getGroupsCount() > 0) {
      throw new ChannelConfigException("OrdererOrg config does not allow sub-groups");
    }
    if (!capabilities.orgSpecificOrdererEndpoints() && group.containsValues(ConfigKeys.ENDPOINTS)) {
      throw new ChannelConfigException(
          "Orderer Org "
              + name
              + " cannot contain endpoints value until V1_4_2+ capabilities have been enabled");
    }
    GroupValues values = GroupValues.of(group, ORGANIZATION_VALUES);
    OrdererAddresses endpoints =
        values.get(ConfigKeys.ENDPOINTS, ADDRESSES, OrdererAddresses.getDefaultInstance());
    MSPConfig msp =
        values.get(ConfigKeys.MSP, OrganizationMsps.MSP_CONFIG, MSPConfig.getDefaultInstance());
    return new OrdererOrganization(name, msps.propose(name, msp), endpoints.getAddressesList());
  }

  private static Duration timeoutOf(String text) throws ChannelConfigException {
    Duration timeout;
    try {
      timeout = GoDuration.parseAsGo(text);
    } catch (IllegalArgumentException e) {
      throw new ChannelConfigException(
          "Attempted to set the batch timeout to a invalid value: " + e.getMessage(), e);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new ChannelConfigException(
          "Attempted to set the batch timeout to a non-positive value: "
              + GoDuration.format(timeout));
    }
    return timeout;
  }

  private static void requireEndpoints(OrdererConfig config) throws ChannelConfigException {
    List<String> without = new ArrayList<>();
    for (OrdererOrganization organization : config.organizations().values()) {
      if (organization.endpoints().isEmpty()) {
        without.add(organization.name());
      }
    }
    if (!without.isEmpty()) {
      throw new ChannelConfigException(
          "some orderer organizations endpoints are empty: [" + String.join(" ", without) + "]");
    }
  }
}
