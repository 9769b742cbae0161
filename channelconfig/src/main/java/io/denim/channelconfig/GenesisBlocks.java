package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.denim.wire.Blocks;
import io.denim.wire.TransactionId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockDataHashingStructure;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.Consortium;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HashingAlgorithm;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.ImplicitMetaPolicy;
import org.hyperledger.fabric.protos.common.LastConfig;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// Makes the first block of a channel from a profile, as `configtxgen` does (fabric v3.1.5
/// internal/configtxgen/encoder, common/genesis).
public final class GenesisBlocks {
  private static final int NONCE_BYTES = 24;
  private static final int FLAT = -1;
  private static final SecureRandom RANDOM = new SecureRandom();

  private GenesisBlocks() {}

  /// A channel's first block. Its time and nonce are new each time, everything else is the
  /// profile's.
  ///
  /// @throws ChannelConfigException if the profile lacks something, or a file that it names cannot
  ///   be read
  public static Block of(String channelId, ProfileSpec profile, InstantSource clock)
      throws ChannelConfigException {
    requireLocal(profile);
    ConfigGroup group;
    try {
      group = channelGroup(profile);
    } catch (ChannelConfigException e) {
      throw e.within("could not create channel group");
    }
    return of(channelId, Config.newBuilder().setChannelGroup(group).build(), clock);
  }

  /// A first block that brings this configuration into force.
  public static Block of(String channelId, Config config, InstantSource clock) {
    byte[] random = new byte[NONCE_BYTES];
    RANDOM.nextBytes(random);
    ByteString nonce = UnsafeByteOperations.unsafeWrap(random);
    Payload payload =
        Payload.newBuilder()
            .setHeader(
                Header.newBuilder()
                    .setChannelHeader(
                        ChannelHeader.newBuilder()
                            .setType(HeaderType.CONFIG.getNumber())
                            .setVersion(1)
                            .setTimestamp(
                                Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()))
                            .setChannelId(channelId)
                            .setTxId(TransactionId.of(nonce, ByteString.EMPTY))
                            .build()
                            .toByteString())
                    .setSignatureHeader(
                        SignatureHeader.newBuilder().setNonce(nonce).build().toByteString()))
            .setData(ChannelGroups.bytes(ConfigEnvelope.newBuilder().setConfig(config).build()))
            .build();
    Envelope envelope = Envelope.newBuilder().setPayload(payload.toByteString()).build();
    Block block = Blocks.of(0, ByteString.EMPTY, List.of(envelope.toByteString()));
    LastConfig last = LastConfig.getDefaultInstance();
    block =
        Blocks.withSlot(
            block,
            BlockMetadataIndex.SIGNATURES,
            metadata(OrdererBlockMetadata.newBuilder().setLastConfig(last).build().toByteString()));
    return Blocks.withSlot(block, lastConfigSlot(), metadata(last.toByteString()));
  }

  /// The configuration group that a profile describes.
  ///
  /// @throws ChannelConfigException as in {@link #of}
  public static ConfigGroup channelGroup(ProfileSpec profile) throws ChannelConfigException {
    ConfigGroup.Builder group = ConfigGroup.newBuilder().setModPolicy(ConfigKeys.ADMINS);
    try {
      ChannelGroups.addPolicies(group, profile.policies());
    } catch (ChannelConfigException e) {
      throw e.within("error adding policies to channel group");
    }
    addChannelValues(group, profile);
    if (profile.orderer().isPresent()) {
      try {
        group.putGroups(
            ConfigKeys.ORDERER,
            OrdererGroup.of(profile.orderer().get(), profile.capabilities().contains("V3_0")));
      } catch (ChannelConfigException e) {
        throw e.within("could not create orderer group");
      }
    }
    if (profile.application().isPresent()) {
      try {
        group.putGroups(
            ConfigKeys.APPLICATION, ChannelGroups.application(profile.application().get()));
      } catch (ChannelConfigException e) {
        throw e.within("could not create application group");
      }
    }
    if (!profile.consortiums().isEmpty()) {
      group.putGroups(ConfigKeys.CONSORTIUMS, consortiums(profile.consortiums()));
    }
    return group.build();
  }

  /// The group of one organization, to be added to a channel: an orderer organization's where it
  /// has orderer endpoints, else an application organization's.
  ///
  /// @throws ChannelConfigException if its files cannot be read or it lacks a policy
  public static ConfigGroup organizationGroup(ProfileSpec.Organization organization)
      throws ChannelConfigException {
    return organization.ordererEndpoints().isEmpty()
        ? ChannelGroups.applicationOrganization(organization)
        : ChannelGroups.ordererOrganization(organization, false);
  }

  private static void addChannelValues(ConfigGroup.Builder group, ProfileSpec profile) {
    ChannelGroups.addValue(
        group,
        ConfigKeys.HASHING_ALGORITHM,
        HashingAlgorithm.newBuilder().setName("SHA256").build());
    ChannelGroups.addValue(
        group,
        ConfigKeys.BLOCK_DATA_HASHING_STRUCTURE,
        BlockDataHashingStructure.newBuilder().setWidth(FLAT).build());
    List<String> addresses =
        profile.orderer().map(ProfileSpec.Orderer::addresses).orElse(List.of());
    if (!addresses.isEmpty()) {
      ChannelGroups.addValue(
          group,
          ConfigKeys.ORDERER_ADDRESSES,
          OrdererAddresses.newBuilder().addAllAddresses(addresses).build(),
          ConfigKeys.ORDERER_ADMINS);
    }
    if (!profile.consortium().isEmpty()) {
      ChannelGroups.addValue(
          group,
          ConfigKeys.CONSORTIUM,
          Consortium.newBuilder().setName(profile.consortium()).build());
    }
    if (!profile.capabilities().isEmpty()) {
      ChannelGroups.addValue(
          group, ConfigKeys.CAPABILITIES, Capabilities.proto(profile.capabilities()));
    }
  }

  private static ConfigGroup consortiums(Map<String, List<ProfileSpec.Organization>> consortiums)
      throws ChannelConfigException {
    String admins = ConfigKeys.ORDERER_ADMINS;
    ConfigGroup.Builder group = ConfigGroup.newBuilder().setModPolicy(admins);
    SignaturePolicyEnvelope acceptAll =
        SignaturePolicyEnvelope.newBuilder()
            .setRule(SignaturePolicy.newBuilder().setNOutOf(SignaturePolicy.NOutOf.newBuilder()))
            .build();
    ChannelGroups.addPolicy(
        group,
        ConfigKeys.ADMINS,
        Policy.newBuilder()
            .setType(Policy.PolicyType.SIGNATURE_VALUE)
            .setValue(acceptAll.toByteString())
            .build(),
        admins);
    for (Map.Entry<String, List<ProfileSpec.Organization>> entry : consortiums.entrySet()) {
      ConfigGroup.Builder consortium = ConfigGroup.newBuilder().setModPolicy(admins);
      for (ProfileSpec.Organization organization : entry.getValue()) {
        consortium.putGroups(
            organization.name(), ChannelGroups.consortiumOrganization(organization));
      }
      ChannelGroups.addValue(
          consortium,
          ConfigKeys.CHANNEL_CREATION_POLICY,
          ChannelGroups.implicitMeta(ImplicitMetaPolicy.Rule.ANY, ConfigKeys.ADMINS),
          admins);
      group.putGroups(entry.getKey(), consortium.build());
    }
    return group.build();
  }

  private static void requireLocal(ProfileSpec profile) throws ChannelConfigException {
    for (List<ProfileSpec.Organization> organizations : allOrganizations(profile)) {
      for (ProfileSpec.Organization organization : organizations) {
        if (organization.skipAsForeign()) {
          throw new ChannelConfigException(
              "all org definitions must be local during bootstrapping: organization '"
                  + organization.name()
                  + "' is marked to be skipped as foreign");
        }
      }
    }
  }

  private static List<List<ProfileSpec.Organization>> allOrganizations(ProfileSpec profile) {
    var all = new ArrayList<List<ProfileSpec.Organization>>();
    profile.orderer().ifPresent(orderer -> all.add(orderer.organizations()));
    profile.application().ifPresent(application -> all.add(application.organizations()));
    all.addAll(profile.consortiums().values());
    return all;
  }

  private static ByteString metadata(ByteString value) {
    return Metadata.newBuilder().setValue(value).build().toByteString();
  }

  @SuppressWarnings("deprecation") // old clients still read the slot
  private static BlockMetadataIndex lastConfigSlot() {
    return BlockMetadataIndex.LAST_CONFIG;
  }
}
