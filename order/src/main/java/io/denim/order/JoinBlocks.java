package io.denim.order;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.identity.SignatureVerifier;
import io.denim.wire.BlockHash;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;

/// What the participation API checks of a block to join with, or of an update, before the node acts
/// (fabric v3.1.5 orderer/common/channelparticipation/validator.go).
record JoinBlocks(SignatureVerifier verifier) {
  /// The channel that a block is the configuration of.
  ///
  /// @throws ChannelException if no channel can be joined with it
  String channelOf(Block block) throws ChannelException {
    if (!ConfigBlocks.isConfigBlock(block)) {
      throw invalid("block is not a config block");
    }
    if (block.getMetadata().getMetadataCount() == 0) {
      throw invalid("invalid block: does not have metadata");
    }
    if (!BlockHash.ofData(block.getData()).equals(block.getHeader().getDataHash())) {
      throw invalid("invalid block: Header.DataHash is different from Hash(block.Data)");
    }
    try {
      String channelId = ConfigBlocks.channelIdOf(block);
      ChannelConfig config =
          ChannelConfig.of(channelId, ConfigBlocks.configOf(block).getConfig(), verifier);
      if (config.config().getChannelGroup().containsGroups("Consortiums")) {
        throw invalid("invalid config: contains consortiums: system channel not supported");
      }
      if (config.application().isEmpty()) {
        throw invalid("invalid config: must contain application config");
      }
      return channelId;
    } catch (ChannelConfigException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /// The channel that an update is for.
  ///
  /// @throws ChannelException if it is no config update
  String channelOfUpdate(Envelope update) throws ChannelException {
    try {
      Payload payload = Payload.parseFrom(update.getPayload());
      ChannelHeader header = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader());
      if (header.getType() != HeaderType.CONFIG_UPDATE_VALUE) {
        throw invalid("bad type");
      }
      if (header.getChannelId().isEmpty()) {
        throw invalid("empty channel id");
      }
      ConfigUpdateEnvelope envelope = ConfigUpdateEnvelope.parseFrom(payload.getData());
      return ConfigUpdate.parseFrom(envelope.getConfigUpdate()).getChannelId();
    } catch (InvalidProtocolBufferException e) {
      throw invalid("bad payload");
    }
  }

  private static ChannelException invalid(String message) {
    return new ChannelException(ChannelException.Kind.INVALID, message);
  }
}
