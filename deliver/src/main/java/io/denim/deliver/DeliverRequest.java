package io.denim.deliver;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.denim.policy.SignedData;
import io.denim.wire.Caller;
import io.denim.wire.Sha256;
import io.denim.wire.WireParser;
import java.security.cert.CertificateEncodingException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// A signed request to read a channel, parsed once.
///
/// @param seekInfo serialized `SeekInfo`, not parsed before the channel is known to exist
/// @param signed what the channel's policy is asked about
record DeliverRequest(String channelId, ByteString seekInfo, SignedData signed) {
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignatureHeader> SIGNATURE_HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());

  /// What a request is held against.
  ///
  /// @param now the node's time
  /// @param timeWindow how far the request's timestamp may lie from it
  /// @param boundToTls whether the request must name the TLS certificate it comes over
  record Circumstances(Instant now, Duration timeWindow, boolean boundToTls, Caller caller) {}

  /// @throws InvalidRequestException with the reason, if it cannot be taken
  static DeliverRequest of(Envelope envelope, Circumstances circumstances)
      throws InvalidRequestException {
    try {
      Payload payload = PAYLOAD.parse(envelope.getPayload());
      if (!payload.hasHeader()) {
        throw new InvalidRequestException("envelope has no header");
      }
      ChannelHeader channel = CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader());
      SignatureHeader signature = SIGNATURE_HEADER.parse(payload.getHeader().getSignatureHeader());
      checkTime(channel, circumstances);
      if (circumstances.boundToTls()) {
        checkBinding(channel.getTlsCertHash(), circumstances.caller());
      }
      return new DeliverRequest(
          channel.getChannelId(),
          payload.getData(),
          new SignedData(envelope.getPayload(), signature.getCreator(), envelope.getSignature()));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidRequestException("malformed envelope: " + e.getMessage());
    }
  }

  private static void checkTime(ChannelHeader channel, Circumstances circumstances)
      throws InvalidRequestException {
    if (!channel.hasTimestamp()) {
      throw new InvalidRequestException("channel header in envelope must contain timestamp");
    }
    Timestamp stamp = channel.getTimestamp();
    try {
      Instant time = Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos());
      if (Duration.between(time, circumstances.now()).abs().compareTo(circumstances.timeWindow())
          > 0) {
        throw new InvalidRequestException(
            "envelope timestamp "
                + time
                + " is more than "
                + circumstances.timeWindow()
                + " apart from current server time "
                + circumstances.now());
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw new InvalidRequestException("envelope timestamp is out of range");
    }
  }

  private static void checkBinding(ByteString claimed, Caller caller)
      throws InvalidRequestException {
    if (claimed.isEmpty()) {
      throw new InvalidRequestException("client didn't include its TLS cert hash");
    }
    Optional<ByteString> actual = certificateHash(caller);
    if (actual.isEmpty()) {
      throw new InvalidRequestException("client didn't send a TLS certificate");
    }
    if (!actual.get().equals(claimed)) {
      throw new InvalidRequestException(
          "claimed TLS cert hash is not the hash of the certificate of the connection");
    }
  }

  private static Optional<ByteString> certificateHash(Caller caller)
      throws InvalidRequestException {
    if (caller.tlsCertificate().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Sha256.of(ByteString.copyFrom(caller.tlsCertificate().get().getEncoded())));
    } catch (CertificateEncodingException e) {
      throw new InvalidRequestException("the client's TLS certificate cannot be encoded");
    }
  }

  /// A request that is answered with `BAD_REQUEST`.
  static final class InvalidRequestException extends Exception {
    InvalidRequestException(String message) {
      super(message);
    }
  }
}
