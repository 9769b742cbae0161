package io.denim.cli.configtx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigUpdates;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import java.time.InstantSource;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Consortium;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;

/// The transaction that asked a system channel for a new channel, unsigned (fabric v3.1.5
/// internal/configtxgen/encoder).
final class ChannelCreation {
  private static final String APPLICATION = "Application";
  private static final String CONSORTIUM = "Consortium";

  private ChannelCreation() {}

  /// @throws ChannelConfigException if the profile has no application or names no consortium
  static Envelope of(String channelId, ProfileSpec profile, InstantSource clock)
      throws ChannelConfigException {
    if (profile.application().isEmpty()) {
      throw new ChannelConfigException("cannot define a new channel with no Application section");
    }
    if (profile.consortium().isEmpty()) {
      throw new ChannelConfigException("cannot define a new channel with no Consortium value");
    }
    ConfigGroup group = GenesisBlocks.channelGroup(profile);
    ConfigGroup template =
        group.toBuilder()
            .putGroups(
                APPLICATION,
                group.getGroupsOrThrow(APPLICATION).toBuilder()
                    .clearValues()
                    .clearPolicies()
                    .build())
            .build();
    ConfigUpdate computed =
        ConfigUpdates.compute(
            Config.newBuilder().setChannelGroup(template).build(),
            Config.newBuilder().setChannelGroup(group).build());
    ByteString consortium =
        Consortium.newBuilder().setName(profile.consortium()).build().toByteString();
    ConfigUpdate update =
        computed.toBuilder()
            .setChannelId(channelId)
            .setReadSet(
                computed.getReadSet().toBuilder()
                    .putValues(CONSORTIUM, ConfigValue.getDefaultInstance()))
            .setWriteSet(
                computed.getWriteSet().toBuilder()
                    .putValues(CONSORTIUM, ConfigValue.newBuilder().setValue(consortium).build()))
            .build();
    return envelope(channelId, update, clock);
  }

  private static Envelope envelope(String channelId, ConfigUpdate update, InstantSource clock) {
    ByteString channelHeader =
        ChannelHeader.newBuilder()
            .setType(HeaderType.CONFIG_UPDATE.getNumber())
            .setChannelId(channelId)
            .setTimestamp(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()))
            .build()
            .toByteString();
    Payload payload =
        Payload.newBuilder()
            .setHeader(
                Header.newBuilder()
                    .setChannelHeader(channelHeader)
                    .setSignatureHeader(SignatureHeader.getDefaultInstance().toByteString()))
            .setData(
                ConfigUpdateEnvelope.newBuilder()
                    .setConfigUpdate(update.toByteString())
                    .build()
                    .toByteString())
            .build();
    return Envelope.newBuilder().setPayload(payload.toByteString()).build();
  }
}
