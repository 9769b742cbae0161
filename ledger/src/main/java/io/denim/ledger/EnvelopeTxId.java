package io.denim.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.wire.TransactionId;
import io.denim.wire.WireParser;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// The transaction id under which an envelope is found: the one in its channel header, or, where
/// that is empty, the one computed from nonce and creator (fabric v3.1.5 protoutil
/// GetOrComputeTxIDFromEnvelope).
public final class EnvelopeTxId {
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());

  private EnvelopeTxId() {}

  /// The id of a serialized envelope.
  ///
  /// @return empty if the envelope's headers cannot be read
  public static String of(ByteString envelope) {
    try {
      Payload payload = PAYLOAD.parse(ENVELOPE.parse(envelope).getPayload());
      if (!payload.hasHeader()) {
        return "";
      }
      Header header = payload.getHeader();
      String txId = CHANNEL_HEADER.parse(header.getChannelHeader()).getTxId();
      if (!txId.isEmpty()) {
        return txId;
      }
      SignatureHeader signed = SIGNATURE_HEADER.parse(header.getSignatureHeader());
      return TransactionId.of(signed.getNonce(), signed.getCreator());
    } catch (InvalidProtocolBufferException e) {
      return "";
    }
  }
}
