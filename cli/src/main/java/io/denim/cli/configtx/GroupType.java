package io.denim.cli.configtx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Locale;
import org.hyperledger.fabric.protos.common.BlockDataHashingStructure;
import org.hyperledger.fabric.protos.common.Capabilities;
import org.hyperledger.fabric.protos.common.Consortium;
import org.hyperledger.fabric.protos.common.HashingAlgorithm;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.common.Orderers;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.orderer.BatchSize;
import org.hyperledger.fabric.protos.orderer.BatchTimeout;
import org.hyperledger.fabric.protos.orderer.ChannelRestrictions;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.peer.ACLs;
import org.hyperledger.fabric.protos.peer.AnchorPeers;

/// What a group of a configuration is, by which the bytes of its values are understood (fabric
/// v3.1.5 vendors fabric-config protolator/protoext).
enum GroupType {
  CHANNEL,
  ORDERER,
  ORDERER_ORGANIZATION,
  APPLICATION,
  APPLICATION_ORGANIZATION,
  CONSORTIUMS,
  CONSORTIUM,
  CONSORTIUM_ORGANIZATION;

  /// @throws InvalidProtocolBufferException if there is no such group
  GroupType group(String key) throws InvalidProtocolBufferException {
    return switch (this) {
      case CHANNEL ->
          switch (key) {
            case "Orderer" -> ORDERER;
            case "Application" -> APPLICATION;
            case "Consortiums" -> CONSORTIUMS;
            default -> throw unknown("group", key);
          };
      case ORDERER -> ORDERER_ORGANIZATION;
      case APPLICATION -> APPLICATION_ORGANIZATION;
      case CONSORTIUMS -> CONSORTIUM;
      case CONSORTIUM -> CONSORTIUM_ORGANIZATION;
      case ORDERER_ORGANIZATION, APPLICATION_ORGANIZATION, CONSORTIUM_ORGANIZATION ->
          throw unknown("group", key);
    };
  }

  /// An empty message of the value's type.
  ///
  /// @throws InvalidProtocolBufferException if there is no such value
  Message value(String key) throws InvalidProtocolBufferException {
    return switch (this) {
      case CHANNEL -> channelValue(key);
      case ORDERER -> ordererValue(key);
      case ORDERER_ORGANIZATION ->
          switch (key) {
            case "MSP" -> MSPConfig.getDefaultInstance();
            case "Endpoints" -> OrdererAddresses.getDefaultInstance();
            default -> throw unknown("value", key);
          };
      case APPLICATION ->
          switch (key) {
            case "Capabilities" -> Capabilities.getDefaultInstance();
            case "ACLs" -> ACLs.getDefaultInstance();
            default -> throw unknown("value", key);
          };
      case APPLICATION_ORGANIZATION ->
          switch (key) {
            case "MSP" -> MSPConfig.getDefaultInstance();
            case "AnchorPeers" -> AnchorPeers.getDefaultInstance();
            default -> throw unknown("value", key);
          };
      case CONSORTIUM -> {
        if (!key.equals("ChannelCreationPolicy")) {
          throw unknown("value", key);
        }
        yield Policy.getDefaultInstance();
      }
      case CONSORTIUM_ORGANIZATION -> {
        if (!key.equals("MSP")) {
          throw unknown("value", key);
        }
        yield MSPConfig.getDefaultInstance();
      }
      case CONSORTIUMS -> throw unknown("value", key);
    };
  }

  private Message channelValue(String key) throws InvalidProtocolBufferException {
    return switch (key) {
      case "HashingAlgorithm" -> HashingAlgorithm.getDefaultInstance();
      case "BlockDataHashingStructure" -> BlockDataHashingStructure.getDefaultInstance();
      case "OrdererAddresses" -> OrdererAddresses.getDefaultInstance();
      case "Consortium" -> Consortium.getDefaultInstance();
      case "Capabilities" -> Capabilities.getDefaultInstance();
      default -> throw unknown("value", key);
    };
  }

  @SuppressWarnings("deprecation") // old channels have Kafka brokers
  private Message ordererValue(String key) throws InvalidProtocolBufferException {
    return switch (key) {
      case "ConsensusType" -> ConsensusType.getDefaultInstance();
      case "BatchSize" -> BatchSize.getDefaultInstance();
      case "BatchTimeout" -> BatchTimeout.getDefaultInstance();
      case "KafkaBrokers" ->
          org.hyperledger.fabric.protos.orderer.KafkaBrokers.getDefaultInstance();
      case "ChannelRestrictions" -> ChannelRestrictions.getDefaultInstance();
      case "Capabilities" -> Capabilities.getDefaultInstance();
      case "Orderers" -> Orderers.getDefaultInstance();
      default -> throw unknown("value", key);
    };
  }

  private InvalidProtocolBufferException unknown(String what, String key) {
    return new InvalidProtocolBufferException(
        "a "
            + name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + " has no "
            + what
            + " by the name "
            + key);
  }
}
