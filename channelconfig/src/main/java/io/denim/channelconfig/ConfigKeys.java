package io.denim.channelconfig;

/// The keys of groups, values and policies in a channel's configuration (fabric v3.1.5
/// common/channelconfig) and the paths of the policies that nodes ask for.
public final class ConfigKeys {
  public static final String CHANNEL = "Channel";
  public static final String APPLICATION = "Application";
  public static final String ORDERER = "Orderer";
  public static final String CONSORTIUMS = "Consortiums";

  public static final String CAPABILITIES = "Capabilities";
  public static final String HASHING_ALGORITHM = "HashingAlgorithm";
  public static final String BLOCK_DATA_HASHING_STRUCTURE = "BlockDataHashingStructure";
  public static final String ORDERER_ADDRESSES = "OrdererAddresses";
  public static final String ORDERERS = "Orderers";
  public static final String CONSORTIUM = "Consortium";
  public static final String CHANNEL_CREATION_POLICY = "ChannelCreationPolicy";
  public static final String CONSENSUS_TYPE = "ConsensusType";
  public static final String BATCH_SIZE = "BatchSize";
  public static final String BATCH_TIMEOUT = "BatchTimeout";
  public static final String CHANNEL_RESTRICTIONS = "ChannelRestrictions";
  public static final String KAFKA_BROKERS = "KafkaBrokers";
  public static final String ENDPOINTS = "Endpoints";
  public static final String MSP = "MSP";
  public static final String ANCHOR_PEERS = "AnchorPeers";
  public static final String ACLS = "ACLs";

  public static final String ADMINS = "Admins";
  public static final String READERS = "Readers";
  public static final String WRITERS = "Writers";
  public static final String BLOCK_VALIDATION = "BlockValidation";

  public static final String CHANNEL_READERS = "/Channel/Readers";
  public static final String CHANNEL_WRITERS = "/Channel/Writers";
  public static final String APPLICATION_READERS = "/Channel/Application/Readers";
  public static final String APPLICATION_WRITERS = "/Channel/Application/Writers";
  public static final String APPLICATION_ADMINS = "/Channel/Application/Admins";
  public static final String APPLICATION_ENDORSEMENT = "/Channel/Application/Endorsement";
  public static final String APPLICATION_LIFECYCLE_ENDORSEMENT =
      "/Channel/Application/LifecycleEndorsement";
  public static final String ORDERER_ADMINS = "/Channel/Orderer/Admins";
  public static final String ORDERER_WRITERS = "/Channel/Orderer/Writers";
  public static final String ORDERER_BLOCK_VALIDATION = "/Channel/Orderer/BlockValidation";

  private ConfigKeys() {}
}
