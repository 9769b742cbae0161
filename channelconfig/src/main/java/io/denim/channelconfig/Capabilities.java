package io.denim.channelconfig;

import io.denim.identity.MspVersion;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.Capability;

/// The capabilities that a channel's configuration requires at its three levels, and what they
/// switch on (fabric v3.1.5 common/capabilities). A level that is absent requires nothing.
///
/// @param channel names under `/Channel`, such as `V2_0`
/// @param orderer names under `/Channel/Orderer`
/// @param application names under `/Channel/Application`
public record Capabilities(Set<String> channel, Set<String> orderer, Set<String> application) {
  private static final Set<String> KNOWN_CHANNEL =
      Set.of("V1_1", "V1_3", "V1_4_2", "V1_4_3", "V2_0", "V3_0");
  private static final Set<String> KNOWN_ORDERER = Set.of("V1_1", "V1_4_2", "V2_0");
  private static final Set<String> KNOWN_APPLICATION =
      Set.of(
          "V1_1",
          "V1_2",
          "V1_3",
          "V1_4_2",
          "V2_0",
          "V2_5",
          "V1_1_PVTDATA_EXPERIMENTAL",
          "V1_1_RESOURCETREE_EXPERIMENTAL");

  public Capabilities {
    channel = Set.copyOf(channel);
    orderer = Set.copyOf(orderer);
    application = Set.copyOf(application);
  }

  static Set<String> names(org.hyperledger.fabric.protos.common.Capabilities capabilities) {
    return Set.copyOf(capabilities.getCapabilitiesMap().keySet());
  }

  static org.hyperledger.fabric.protos.common.Capabilities proto(Iterable<String> names) {
    var builder = org.hyperledger.fabric.protos.common.Capabilities.newBuilder();
    for (String name : names) {
      builder.putCapabilities(name, Capability.getDefaultInstance());
    }
    return builder.build();
  }

  /// Why a node of this version must not serve the channel, if it must not: the first required
  /// capability that it does not know.
  public Optional<String> unsupported() {
    return unsupportedChannel().or(this::unsupportedOrderer).or(this::unsupportedApplication);
  }

  /// As {@link #unsupported}, for the channel level only.
  public Optional<String> unsupportedChannel() {
    return unknown("Channel", channel, KNOWN_CHANNEL);
  }

  /// As {@link #unsupported}, for the orderer level only.
  public Optional<String> unsupportedOrderer() {
    return unknown("Orderer", orderer, KNOWN_ORDERER);
  }

  /// As {@link #unsupported}, for the application level only.
  public Optional<String> unsupportedApplication() {
    return unknown("Application", application, KNOWN_APPLICATION);
  }

  /// Which rules identities of the channel's MSPs follow. Ed25519 counts from 3.0 on.
  public MspVersion mspVersion() {
    if (channel.contains("V3_0")) {
      return MspVersion.V3_0;
    }
    if (anyOf(channel, "V1_4_3", "V2_0")) {
      return MspVersion.V1_4_3;
    }
    if (anyOf(channel, "V1_3", "V1_4_2")) {
      return MspVersion.V1_3;
    }
    return channel.contains("V1_1") ? MspVersion.V1_1 : MspVersion.V1_0;
  }

  /// Whether the consensus type may be changed, in maintenance mode.
  public boolean consensusTypeMigration() {
    return anyOf(channel, "V1_4_2", "V1_4_3", "V2_0", "V3_0");
  }

  /// Whether orderer organizations name their own endpoints.
  public boolean orgSpecificOrdererEndpoints() {
    return consensusTypeMigration();
  }

  /// Whether the channel may be ordered by BFT; global orderer addresses are then forbidden.
  public boolean consensusTypeBft() {
    return channel.contains("V3_0");
  }

  /// Whether orderers refuse what an expired identity signed.
  public boolean expirationCheck() {
    return anyOf(orderer, "V1_1", "V1_4_2", "V2_0");
  }

  /// Whether orderers reprocess messages that were ordered under an older configuration.
  public boolean resubmission() {
    return expirationCheck();
  }

  /// Whether orderers know the two-step change of consensus type.
  public boolean ordererConsensusTypeMigration() {
    return anyOf(orderer, "V1_4_2", "V2_0");
  }

  /// Whether access control lists may be configured.
  public boolean acls() {
    return anyOf(application, "V1_2", "V1_3", "V1_4_2", "V2_0", "V2_5");
  }

  /// Whether a transaction id may occur once only in a block.
  public boolean forbidDuplicateTxIdInBlock() {
    return application.contains("V1_1") || acls();
  }

  public boolean privateChannelData() {
    return application.contains("V1_1_PVTDATA_EXPERIMENTAL") || acls();
  }

  public boolean collectionUpgrade() {
    return acls();
  }

  public boolean v11Validation() {
    return application.contains("V1_1") || acls();
  }

  public boolean v12Validation() {
    return acls();
  }

  public boolean v13Validation() {
    return anyOf(application, "V1_3", "V1_4_2", "V2_0", "V2_5");
  }

  public boolean v20Validation() {
    return anyOf(application, "V2_0", "V2_5");
  }

  /// Whether chaincodes are defined through `_lifecycle`.
  public boolean lifecycleV20() {
    return v20Validation();
  }

  public boolean keyLevelEndorsement() {
    return v13Validation();
  }

  public boolean storePrivateDataOfInvalidTx() {
    return anyOf(application, "V1_4_2", "V2_0", "V2_5");
  }

  /// Whether chaincode may purge private data with its history.
  public boolean purgePrivateData() {
    return application.contains("V2_5");
  }

  private static boolean anyOf(Set<String> present, String... names) {
    for (String name : names) {
      if (present.contains(name)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> unknown(String level, Set<String> required, Set<String> known) {
    for (String name : new TreeSet<>(required)) {
      if (!known.contains(name)) {
        return Optional.of(level + " capability " + name + " is required but not supported");
      }
    }
    return Optional.empty();
  }
}
