package io.denim.cli.configtx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigKeys;
import io.denim.channelconfig.ConfigUpdates;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import java.time.InstantSource;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
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

  /// @param system the system channel's profile, from which the new channel's may then differ in
  ///   more than its application
  /// @throws ChannelConfigException if the profile has no application or names no consortium, or
  ///   the system channel lacks one of its organizations
  static Envelope of(
      String channelId, ProfileSpec profile, Optional<ProfileSpec> system, InstantSource clock)
      throws ChannelConfigException {
    if (profile.application().isEmpty()) {
      throw new ChannelConfigException("cannot define a new channel with no Application section");
    }
    if (profile.consortium().isEmpty()) {
      throw new ChannelConfigException("cannot define a new channel with no Consortium value");
    }
    ConfigGroup group = GenesisBlocks.channelGroup(profile);
    ConfigGroup template =
        system.isPresent()
            ? templateOf(GenesisBlocks.channelGroup(system.get()), profile, group)
            : group.toBuilder()
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
    ByteString consortium = consortium(profile);
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

  private static ByteString consortium(ProfileSpec profile) {
    return Consortium.newBuilder().setName(profile.consortium()).build().toByteString();
  }

  /// What the system channel would have begun the channel with: its own settings and the
  /// consortium's organizations that the channel has.
  private static ConfigGroup templateOf(
      ConfigGroup system, ProfileSpec profile, ConfigGroup created) throws ChannelConfigException {
    if (!system.containsGroups(ConfigKeys.CONSORTIUMS)) {
      throw new ChannelConfigException(
          "could not create config template: supplied system channel group does not appear to be"
              + " system channel (missing consortiums group)");
    }
    ConfigGroup consortium =
        system.getGroupsOrThrow(ConfigKeys.CONSORTIUMS).getGroupsMap().get(profile.consortium());
    if (consortium == null) {
      throw new ChannelConfigException(
          "could not create config template: supplied system channel group is missing '"
              + profile.consortium()
              + "' consortium");
    }
    ConfigGroup.Builder application =
        ConfigGroup.newBuilder().putPolicies("Admins", ConfigPolicy.getDefaultInstance());
    for (String name : created.getGroupsOrThrow(APPLICATION).getGroupsMap().keySet()) {
      ConfigGroup organization = consortium.getGroupsMap().get(name);
      if (organization == null) {
        throw new ChannelConfigException(
            "could not create config template: consortium "
                + profile.consortium()
                + " does not contain member org "
                + name);
      }
      application.putGroups(name, organization);
    }
    return system.toBuilder()
        .removeGroups(ConfigKeys.CONSORTIUMS)
        .putGroups(APPLICATION, application.build())
        .putValues(
            CONSORTIUM,
            ConfigValue.newBuilder().setValue(consortium(profile)).setModPolicy("Admins").build())
        .build();
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
