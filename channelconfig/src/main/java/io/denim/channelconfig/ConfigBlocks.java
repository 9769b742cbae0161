package io.denim.channelconfig;

import com.google.protobuf.InvalidProtocolBufferException;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;

/// Blocks that carry a channel's configuration (fabric v3.1.5 protoutil/commonutils.go,
/// common/configtx). What a block holds is checked here for form only, never trusted.
public final class ConfigBlocks {
  private ConfigBlocks() {}

  /// Whether the block holds one envelope and that envelope says it is a configuration.
  public static boolean isConfigBlock(Block block) {
    if (block.getData().getDataCount() != 1) {
      return false;
    }
    try {
      Payload payload =
          Messages.PAYLOAD.parse(Messages.ENVELOPE.parse(block.getData().getData(0)).getPayload());
      return payload.hasHeader()
          && Messages.CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader()).getType()
              == HeaderType.CONFIG.getNumber();
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  /// The configuration that a config block brings into force.
  ///
  /// @throws ChannelConfigException if the block holds none, or one that does not parse
  public static ConfigEnvelope configOf(Block block) throws ChannelConfigException {
    return configOf(firstEnvelope(block));
  }

  /// The configuration in an envelope of type CONFIG.
  ///
  /// @throws ChannelConfigException if it is of another type or does not parse
  public static ConfigEnvelope configOf(Envelope envelope) throws ChannelConfigException {
    ConfigEnvelope config = Messages.content(envelope, HeaderType.CONFIG, Messages.CONFIG_ENVELOPE);
    if (!config.hasConfig()) {
      throw new ChannelConfigException("no config found in envelope");
    }
    return config;
  }

  /// The channel that the block's first envelope names.
  ///
  /// @throws ChannelConfigException if there is no such envelope, or it does not parse
  public static String channelIdOf(Block block) throws ChannelConfigException {
    if (block.getData().getDataCount() == 0) {
      throw new ChannelConfigException("failed to retrieve channel id - block is empty");
    }
    return headerOf(firstEnvelope(block)).getChannelId();
  }

  /// An envelope's channel header.
  ///
  /// @throws ChannelConfigException if it is absent or does not parse
  public static ChannelHeader headerOf(Envelope envelope) throws ChannelConfigException {
    return Messages.channelHeader(Messages.payload(envelope));
  }

  static Envelope firstEnvelope(Block block) throws ChannelConfigException {
    if (!block.hasData()) {
      throw new ChannelConfigException("block data is nil");
    }
    if (block.getData().getDataCount() == 0) {
      throw new ChannelConfigException("envelope index out of bounds");
    }
    return Messages.parse(
        Messages.ENVELOPE,
        block.getData().getData(0),
        "block data does not carry an envelope at index 0: error unmarshalling Envelope");
  }
}
