package io.denim.channelconfig;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The names of what access control lists guard, and the policies that guard them by default
/// (fabric v3.1.5 core/aclmgmt). Resources of the peer itself are guarded by the local MSP and are
/// not configurable.
public final class Resources {
  public static final String LIFECYCLE_INSTALL_CHAINCODE = "_lifecycle/InstallChaincode";
  public static final String LIFECYCLE_QUERY_INSTALLED_CHAINCODE =
      "_lifecycle/QueryInstalledChaincode";
  public static final String LIFECYCLE_GET_INSTALLED_CHAINCODE_PACKAGE =
      "_lifecycle/GetInstalledChaincodePackage";
  public static final String LIFECYCLE_QUERY_INSTALLED_CHAINCODES =
      "_lifecycle/QueryInstalledChaincodes";
  public static final String LIFECYCLE_APPROVE_CHAINCODE_DEFINITION_FOR_MY_ORG =
      "_lifecycle/ApproveChaincodeDefinitionForMyOrg";
  public static final String LIFECYCLE_QUERY_APPROVED_CHAINCODE_DEFINITION =
      "_lifecycle/QueryApprovedChaincodeDefinition";
  public static final String LIFECYCLE_QUERY_APPROVED_CHAINCODE_DEFINITIONS =
      "_lifecycle/QueryApprovedChaincodeDefinitions";
  public static final String LIFECYCLE_COMMIT_CHAINCODE_DEFINITION =
      "_lifecycle/CommitChaincodeDefinition";
  public static final String LIFECYCLE_QUERY_CHAINCODE_DEFINITION =
      "_lifecycle/QueryChaincodeDefinition";
  public static final String LIFECYCLE_QUERY_CHAINCODE_DEFINITIONS =
      "_lifecycle/QueryChaincodeDefinitions";
  public static final String LIFECYCLE_CHECK_COMMIT_READINESS = "_lifecycle/CheckCommitReadiness";
  public static final String SNAPSHOT_SUBMIT_REQUEST = "snapshot/submitrequest";
  public static final String SNAPSHOT_CANCEL_REQUEST = "snapshot/cancelrequest";
  public static final String SNAPSHOT_LIST_PENDING = "snapshot/listpending";
  public static final String LSCC_INSTALL = "lscc/Install";
  public static final String LSCC_CHAINCODE_EXISTS = "lscc/ChaincodeExists";
  public static final String LSCC_GET_DEPLOYMENT_SPEC = "lscc/GetDeploymentSpec";
  public static final String LSCC_GET_CHAINCODE_DATA = "lscc/GetChaincodeData";
  public static final String LSCC_GET_INSTANTIATED_CHAINCODES = "lscc/GetInstantiatedChaincodes";
  public static final String LSCC_GET_INSTALLED_CHAINCODES = "lscc/GetInstalledChaincodes";
  public static final String LSCC_GET_COLLECTIONS_CONFIG = "lscc/GetCollectionsConfig";
  public static final String QSCC_GET_CHAIN_INFO = "qscc/GetChainInfo";
  public static final String QSCC_GET_BLOCK_BY_NUMBER = "qscc/GetBlockByNumber";
  public static final String QSCC_GET_BLOCK_BY_HASH = "qscc/GetBlockByHash";
  public static final String QSCC_GET_TRANSACTION_BY_ID = "qscc/GetTransactionByID";
  public static final String QSCC_GET_BLOCK_BY_TX_ID = "qscc/GetBlockByTxID";
  public static final String CSCC_JOIN_CHAIN = "cscc/JoinChain";
  public static final String CSCC_JOIN_CHAIN_BY_SNAPSHOT = "cscc/JoinChainBySnapshot";
  public static final String CSCC_JOIN_BY_SNAPSHOT_STATUS = "cscc/JoinBySnapshotStatus";
  public static final String CSCC_GET_CONFIG_BLOCK = "cscc/GetConfigBlock";
  public static final String CSCC_GET_CHANNEL_CONFIG = "cscc/GetChannelConfig";
  public static final String CSCC_GET_CHANNELS = "cscc/GetChannels";
  public static final String PEER_PROPOSE = "peer/Propose";
  public static final String PEER_CHAINCODE_TO_CHAINCODE = "peer/ChaincodeToChaincode";
  public static final String EVENT_BLOCK = "event/Block";
  public static final String EVENT_FILTERED_BLOCK = "event/FilteredBlock";
  public static final String GATEWAY_COMMIT_STATUS = "gateway/CommitStatus";
  public static final String GATEWAY_CHAINCODE_EVENTS = "gateway/ChaincodeEvents";

  private static final String READERS = ConfigKeys.APPLICATION_READERS;
  private static final String WRITERS = ConfigKeys.APPLICATION_WRITERS;

  private static final Map<String, String> CHANNEL_DEFAULTS =
      Map.ofEntries(
          Map.entry(LIFECYCLE_COMMIT_CHAINCODE_DEFINITION, WRITERS),
          Map.entry(LIFECYCLE_QUERY_CHAINCODE_DEFINITION, WRITERS),
          Map.entry(LIFECYCLE_QUERY_CHAINCODE_DEFINITIONS, WRITERS),
          Map.entry(LIFECYCLE_CHECK_COMMIT_READINESS, WRITERS),
          Map.entry(LSCC_CHAINCODE_EXISTS, READERS),
          Map.entry(LSCC_GET_DEPLOYMENT_SPEC, READERS),
          Map.entry(LSCC_GET_CHAINCODE_DATA, READERS),
          Map.entry(LSCC_GET_INSTANTIATED_CHAINCODES, READERS),
          Map.entry(LSCC_GET_COLLECTIONS_CONFIG, READERS),
          Map.entry(QSCC_GET_CHAIN_INFO, READERS),
          Map.entry(QSCC_GET_BLOCK_BY_NUMBER, READERS),
          Map.entry(QSCC_GET_BLOCK_BY_HASH, READERS),
          Map.entry(QSCC_GET_TRANSACTION_BY_ID, READERS),
          Map.entry(QSCC_GET_BLOCK_BY_TX_ID, READERS),
          Map.entry(CSCC_GET_CONFIG_BLOCK, READERS),
          Map.entry(CSCC_GET_CHANNEL_CONFIG, READERS),
          Map.entry(PEER_PROPOSE, WRITERS),
          Map.entry(PEER_CHAINCODE_TO_CHAINCODE, WRITERS),
          Map.entry(EVENT_BLOCK, READERS),
          Map.entry(EVENT_FILTERED_BLOCK, READERS),
          Map.entry(GATEWAY_COMMIT_STATUS, READERS),
          Map.entry(GATEWAY_CHAINCODE_EVENTS, READERS));

  private static final Set<String> MEMBERS_OF_PEER = Set.of(CSCC_GET_CHANNELS);

  private static final Set<String> ADMINS_OF_PEER =
      Set.of(
          LIFECYCLE_INSTALL_CHAINCODE,
          LIFECYCLE_QUERY_INSTALLED_CHAINCODE,
          LIFECYCLE_GET_INSTALLED_CHAINCODE_PACKAGE,
          LIFECYCLE_QUERY_INSTALLED_CHAINCODES,
          LIFECYCLE_APPROVE_CHAINCODE_DEFINITION_FOR_MY_ORG,
          LIFECYCLE_QUERY_APPROVED_CHAINCODE_DEFINITION,
          LIFECYCLE_QUERY_APPROVED_CHAINCODE_DEFINITIONS,
          SNAPSHOT_SUBMIT_REQUEST,
          SNAPSHOT_CANCEL_REQUEST,
          SNAPSHOT_LIST_PENDING,
          LSCC_INSTALL,
          LSCC_GET_INSTALLED_CHAINCODES,
          CSCC_JOIN_CHAIN,
          CSCC_JOIN_CHAIN_BY_SNAPSHOT,
          CSCC_JOIN_BY_SNAPSHOT_STATUS);

  private Resources() {}

  /// Whom of the peer's own organization a resource of the peer is for.
  public enum LocalPolicy {
    ADMINS,
    MEMBERS
  }

  /// The policy of a resource that belongs to the peer rather than to a channel. Where present, it
  /// applies whatever a channel configures.
  public static Optional<LocalPolicy> localPolicy(String resource) {
    if (ADMINS_OF_PEER.contains(resource)) {
      return Optional.of(LocalPolicy.ADMINS);
    }
    return MEMBERS_OF_PEER.contains(resource) ? Optional.of(LocalPolicy.MEMBERS) : Optional.empty();
  }

  /// The path of the policy that guards a channel's resource where its configuration names none.
  public static Optional<String> defaultPolicy(String resource) {
    return Optional.ofNullable(CHANNEL_DEFAULTS.get(resource));
  }
}
