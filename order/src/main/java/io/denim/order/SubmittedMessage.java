package io.denim.order;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.policy.SignedData;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// A message from a client, its headers parsed once.
///
/// @param signed who signed it; an unreadable signature header matters only after other checks
record SubmittedMessage(Envelope envelope, ChannelHeader channelHeader, Signed signed) {
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());

  /// The signature and whose it is said to be, or why that cannot be told.
  sealed interface Signed {
    /// A readable signature header.
    record By(SignedData data) implements Signed {}

    /// None.
    record Unreadable(String reason) implements Signed {}
  }

  /// Finds out for which channel a message is, in Fabric's order and words (fabric v3.1.5 protoutil
  /// ChannelHeader, EnvelopeAsSignedData).
  ///
  /// @throws InvalidProtocolBufferException if it has no readable channel header
  static SubmittedMessage of(Envelope envelope) throws InvalidProtocolBufferException {
    Payload payload = parse(PAYLOAD, envelope.getPayload(), "error unmarshalling Payload");
    if (!payload.hasHeader()) {
      throw new InvalidProtocolBufferException("header not set");
    }
    ByteString channelHeader = payload.getHeader().getChannelHeader();
    if (channelHeader.isEmpty()) {
      throw new InvalidProtocolBufferException("channel header not set");
    }
    return new SubmittedMessage(
        envelope,
        parse(
            CHANNEL_HEADER,
            channelHeader,
            "error unmarshalling channel header: error unmarshalling ChannelHeader"),
        signed(envelope, payload));
  }

  private static Signed signed(Envelope envelope, Payload payload) {
    try {
      SignatureHeader signature = SIGNATURE_HEADER.parse(payload.getHeader().getSignatureHeader());
      return new Signed.By(
          new SignedData(envelope.getPayload(), signature.getCreator(), envelope.getSignature()));
    } catch (InvalidProtocolBufferException e) {
      return new Signed.Unreadable("GetSignatureHeaderFromBytes failed, err " + e.getMessage());
    }
  }

  private static <T extends Message> T parse(WireParser<T> parser, ByteString bytes, String context)
      throws InvalidProtocolBufferException {
    try {
      return parser.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      InvalidProtocolBufferException told =
          new InvalidProtocolBufferException(context + ": " + e.getMessage());
      told.initCause(e);
      throw told;
    }
  }

  String channelId() {
    return channelHeader.getChannelId();
  }

  /// The header type's name, for metrics; all types without one, which anybody may make up, are one
  /// and the same.
  String typeName() {
    HeaderType type = HeaderType.forNumber(channelHeader.getType());
    return type == null ? "unknown" : type.name();
  }
}
