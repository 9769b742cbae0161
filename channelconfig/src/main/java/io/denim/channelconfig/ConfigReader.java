package io.denim.channelconfig;

import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.WireParser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.BlockDataHashingStructure;
import org.hyperledger.fabric.protos.common.Capabilities;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Consortium;
import org.hyperledger.fabric.protos.common.HashingAlgorithm;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.common.Orderers;

/// Reads a channel group into its sections (fabric v3.1.5 common/channelconfig/bundle.go,
/// channel.go).
final class ConfigReader {
  private static final WireParser<Capabilities> CAPABILITIES =
      WireParser.of(Capabilities.getDefaultInstance());
  private static final WireParser<HashingAlgorithm> HASHING =
      WireParser.of(HashingAlgorithm.getDefaultInstance());
  private static final WireParser<BlockDataHashingStructure> STRUCTURE =
      WireParser.of(BlockDataHashingStructure.getDefaultInstance());
  private static final WireParser<Orderers> ORDERERS = WireParser.of(Orderers.getDefaultInstance());
  private static final WireParser<Consortium> CONSORTIUM =
      WireParser.of(Consortium.getDefaultInstance());
  private static final Set<String> VALUES =
      Set.of(
          ConfigKeys.HASHING_ALGORITHM,
          ConfigKeys.BLOCK_DATA_HASHING_STRUCTURE,
          ConfigKeys.ORDERER_ADDRESSES,
          ConfigKeys.ORDERERS,
          ConfigKeys.CONSORTIUM,
          ConfigKeys.CAPABILITIES);
  private static final Set<String> HASHES = Set.of("SHA256", "SHA3_256");
  private static final int FLAT = -1;

  private ConfigReader() {}

  /// What the sections of a channel group say.
  ///
  /// @param consortiums MSP ids by organization, by consortium
  record Sections(
      io.denim.channelconfig.Capabilities capabilities,
      String hashingAlgorithm,
      List<String> ordererAddresses,
      Optional<OrdererConfig> orderer,
      Optional<ApplicationConfig> application,
      Optional<Map<String, Map<String, String>>> consortiums,
      MspManager msps) {}

  static Sections read(Config config, SignatureVerifier verifier) throws ChannelConfigException {
    checkShape(config);
    try {
      return sections(config.getChannelGroup(), verifier);
    } catch (ChannelConfigException e) {
      throw e.within("initializing channelconfig failed");
    }
  }

  private static void checkShape(Config config) throws ChannelConfigException {
    if (!config.hasChannelGroup()) {
      throw new ChannelConfigException("config must contain a channel group");
    }
    ConfigGroup group = config.getChannelGroup();
    ConfigGroup orderer = group.getGroupsMap().get(ConfigKeys.ORDERER);
    if (orderer == null || orderer.containsValues(ConfigKeys.CAPABILITIES)) {
      return;
    }
    if (group.containsValues(ConfigKeys.CAPABILITIES)) {
      throw new ChannelConfigException(
          "cannot enable channel capabilities without orderer support first");
    }
    ConfigGroup application = group.getGroupsMap().get(ConfigKeys.APPLICATION);
    if (application != null && application.containsValues(ConfigKeys.CAPABILITIES)) {
      throw new ChannelConfigException(
          "cannot enable application capabilities without orderer support first");
    }
  }

  private static Sections sections(ConfigGroup group, SignatureVerifier verifier)
      throws ChannelConfigException {
    GroupValues values = GroupValues.of(group, VALUES);
    values.get(ConfigKeys.ORDERERS, ORDERERS, Orderers.getDefaultInstance());
    values.get(ConfigKeys.CONSORTIUM, CONSORTIUM, Consortium.getDefaultInstance());
    Set<String> channel = capabilities(group);
    String hashing = hashingAlgorithm(values);
    List<String> addresses =
        ordererAddresses(
            values, new io.denim.channelconfig.Capabilities(channel, Set.of(), Set.of()));
    var capabilities =
        new io.denim.channelconfig.Capabilities(
            channel,
            capabilities(group, ConfigKeys.ORDERER),
            capabilities(group, ConfigKeys.APPLICATION));
    var msps = new OrganizationMsps(capabilities.mspVersion(), verifier);
    Optional<OrdererConfig> orderer = Optional.empty();
    Optional<ApplicationConfig> application = Optional.empty();
    Optional<Map<String, Map<String, String>>> consortiums = Optional.empty();
    for (Map.Entry<String, ConfigGroup> entry : new TreeMap<>(group.getGroupsMap()).entrySet()) {
      ConfigGroup section = entry.getValue();
      try {
        switch (entry.getKey()) {
          case ConfigKeys.APPLICATION ->
              application = Optional.of(new ApplicationSection(capabilities, msps).read(section));
          case ConfigKeys.ORDERER ->
              orderer = Optional.of(new OrdererSection(capabilities, msps).read(section));
          case ConfigKeys.CONSORTIUMS ->
              consortiums = Optional.of(new ConsortiumsSection(msps).read(section));
          default ->
              throw new ChannelConfigException("Disallowed channel group: " + entry.getKey());
        }
      } catch (ChannelConfigException e) {
        throw e.within(inSection(entry.getKey()));
      }
    }
    return new Sections(
        capabilities, hashing, addresses, orderer, application, consortiums, msps.manager());
  }

  private static String inSection(String name) {
    return "could not create channel " + name + " sub-group config";
  }

  private static Set<String> capabilities(ConfigGroup channel, String section)
      throws ChannelConfigException {
    ConfigGroup group = channel.getGroupsMap().get(section);
    try {
      return group == null ? Set.of() : capabilities(group);
    } catch (ChannelConfigException e) {
      throw e.within(inSection(section));
    }
  }

  private static Set<String> capabilities(ConfigGroup group) throws ChannelConfigException {
    return io.denim.channelconfig.Capabilities.names(
        new GroupValues(group)
            .get(ConfigKeys.CAPABILITIES, CAPABILITIES, Capabilities.getDefaultInstance()));
  }

  private static String hashingAlgorithm(GroupValues values) throws ChannelConfigException {
    String name =
        values
            .get(ConfigKeys.HASHING_ALGORITHM, HASHING, HashingAlgorithm.getDefaultInstance())
            .getName();
    if (!HASHES.contains(name)) {
      throw new ChannelConfigException("Unknown hashing algorithm type: " + name);
    }
    BlockDataHashingStructure structure =
        values.get(
            ConfigKeys.BLOCK_DATA_HASHING_STRUCTURE,
            STRUCTURE,
            BlockDataHashingStructure.getDefaultInstance());
    if (structure.getWidth() != FLAT) {
      throw new ChannelConfigException(
          "BlockDataHashStructure width only supported at MaxUint32 in this version");
    }
    return name;
  }

  private static List<String> ordererAddresses(
      GroupValues values, io.denim.channelconfig.Capabilities capabilities)
      throws ChannelConfigException {
    List<String> addresses =
        values
            .get(
                ConfigKeys.ORDERER_ADDRESSES,
                OrdererSection.ADDRESSES,
                OrdererAddresses.getDefaultInstance())
            .getAddressesList();
    if (!capabilities.orgSpecificOrdererEndpoints() && addresses.isEmpty()) {
      throw new ChannelConfigException("Must set some OrdererAddresses");
    }
    if (capabilities.consensusTypeBft() && !addresses.isEmpty()) {
      throw new ChannelConfigException(
          "global OrdererAddresses are not allowed with V3_0 capability, use org specific addresses"
              + " only");
    }
    return List.copyOf(addresses);
  }
}
