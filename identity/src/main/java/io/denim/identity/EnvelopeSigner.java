package io.denim.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// Makes signed envelopes in one identity's name (fabric v3.1.5 protoutil/txutils.go,
/// protoutil/commonutils.go). Safe for use by any thread.
public final class EnvelopeSigner {
  private static final int NONCE_BYTES = 24;

  private final SigningIdentity identity;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public EnvelopeSigner(SigningIdentity identity, InstantSource clock) {
    this.identity = identity;
    this.clock = clock;
  }

  public SigningIdentity identity() {
    return identity;
  }

  /// An envelope around data, with headers of its own and a signature over all of it.
  ///
  /// @param tlsCertificateHash of the client certificate that the envelope is sent with; empty
  ///   where none is used
  public Envelope envelope(
      HeaderType type, String channelId, ByteString data, ByteString tlsCertificateHash) {
    ChannelHeader channel =
        channelHeader(type, channelId).setTlsCertHash(tlsCertificateHash).build();
    ByteString payload =
        Payload.newBuilder()
            .setHeader(
                Header.newBuilder()
                    .setChannelHeader(channel.toByteString())
                    .setSignatureHeader(signatureHeader().toByteString()))
            .setData(data)
            .build()
            .toByteString();
    return Envelope.newBuilder().setPayload(payload).setSignature(identity.sign(payload)).build();
  }

  /// A channel header with the present time.
  public ChannelHeader.Builder channelHeader(HeaderType type, String channelId) {
    Instant now = clock.instant();
    return ChannelHeader.newBuilder()
        .setType(type.getNumber())
        .setChannelId(channelId)
        .setTimestamp(
            Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
  }

  /// A signature header with a new nonce.
  public SignatureHeader signatureHeader() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return SignatureHeader.newBuilder()
        .setCreator(identity.serialized())
        .setNonce(ByteString.copyFrom(nonce))
        .build();
  }
}
