package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.identity.EnvelopeSigner;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigSignature;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;

/// Adds a signature to a config update (fabric v3.1.5 internal/peer/channel/create.go).
final class ConfigUpdateSigning {
  private ConfigUpdateSigning() {}

  /// @param channelId that the update must be for; empty for any
  /// @throws ClientException if the envelope is no config update for the channel
  static Envelope sign(Envelope update, String channelId, EnvelopeSigner signer)
      throws ClientException {
    try {
      Payload payload = Payload.parseFrom(update.getPayload());
      String named = ChannelHeader.parseFrom(payload.getHeader().getChannelHeader()).getChannelId();
      if (named.isEmpty()) {
        throw new ClientException("Invalid channel create transaction : empty channel id");
      }
      if (!channelId.isEmpty() && !named.equals(channelId)) {
        throw new ClientException(
            "Invalid channel create transaction : mismatched channel ID "
                + named
                + " != "
                + channelId);
      }
      ConfigUpdateEnvelope unsigned = ConfigUpdateEnvelope.parseFrom(payload.getData());
      ByteString header = signer.signatureHeader().toByteString();
      ConfigUpdateEnvelope signed =
          unsigned.toBuilder()
              .addSignatures(
                  ConfigSignature.newBuilder()
                      .setSignatureHeader(header)
                      .setSignature(
                          signer.identity().sign(header.concat(unsigned.getConfigUpdate()))))
              .build();
      return signer.envelope(
          HeaderType.CONFIG_UPDATE, named, signed.toByteString(), ByteString.EMPTY);
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("Invalid channel create transaction : bad payload", e);
    }
  }
}
