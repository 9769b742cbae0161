package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// The messages around a configuration, opened layer by layer with upstream's words for what does
/// not parse (fabric v3.1.5 protoutil/commonutils.go, unmarshalers.go).
final class Messages {
  static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());
  static final WireParser<Config> CONFIG = WireParser.of(Config.getDefaultInstance());
  static final WireParser<ConfigEnvelope> CONFIG_ENVELOPE =
      WireParser.of(ConfigEnvelope.getDefaultInstance());
  static final WireParser<ConfigUpdate> CONFIG_UPDATE =
      WireParser.of(ConfigUpdate.getDefaultInstance());
  static final WireParser<ConfigUpdateEnvelope> CONFIG_UPDATE_ENVELOPE =
      WireParser.of(ConfigUpdateEnvelope.getDefaultInstance());

  private Messages() {}

  static <T extends Message> T parse(WireParser<T> parser, ByteString bytes, String context)
      throws ChannelConfigException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelConfigException(context + ": " + e.getMessage(), e);
    }
  }

  /// Parses; upstream adds nothing to what the parser says.
  static <T extends Message> T parse(WireParser<T> parser, ByteString bytes)
      throws ChannelConfigException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  static Payload payload(Envelope envelope) throws ChannelConfigException {
    return parse(PAYLOAD, envelope.getPayload(), "error unmarshalling Payload");
  }

  static ChannelHeader channelHeader(Payload payload) throws ChannelConfigException {
    if (!payload.hasHeader()) {
      throw new ChannelConfigException("envelope must have a Header");
    }
    return parse(
        CHANNEL_HEADER,
        payload.getHeader().getChannelHeader(),
        "error unmarshalling ChannelHeader");
  }

  /// The content of an envelope whose header says it is of this type.
  static <T extends Message> T content(Envelope envelope, HeaderType type, WireParser<T> parser)
      throws ChannelConfigException {
    Payload payload = payload(envelope);
    ChannelHeader header = channelHeader(payload);
    if (header.getType() != type.getNumber()) {
      throw new ChannelConfigException(
          "invalid type " + typeName(header.getType()) + ", expected " + type.name());
    }
    return parse(parser, payload.getData(), "error unmarshalling message for type " + type.name());
  }

  private static String typeName(int type) {
    HeaderType known = HeaderType.forNumber(type);
    return known == null ? Integer.toString(type) : known.name();
  }
}
