package io.denim.order;

import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.policy.SignedData;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// A message from a client, its headers parsed once.
record SubmittedMessage(Envelope envelope, ChannelHeader channelHeader, SignedData signed) {
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());

  /// @throws InvalidProtocolBufferException if it has no readable headers
  static SubmittedMessage of(Envelope envelope) throws InvalidProtocolBufferException {
    Payload payload = PAYLOAD.parse(envelope.getPayload());
    if (!payload.hasHeader()) {
      throw new InvalidProtocolBufferException("no header was set");
    }
    SignatureHeader signature = SIGNATURE_HEADER.parse(payload.getHeader().getSignatureHeader());
    return new SubmittedMessage(
        envelope,
        CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader()),
        new SignedData(envelope.getPayload(), signature.getCreator(), envelope.getSignature()));
  }

  String channelId() {
    return channelHeader.getChannelId();
  }

  /// The header type's name, for logs and metrics.
  String typeName() {
    HeaderType type = HeaderType.forNumber(channelHeader.getType());
    return type == null ? Integer.toString(channelHeader.getType()) : type.name();
  }
}
